package plugins

import (
	"errors"
	"os"
	"syscall"
)

// processAttributes makes the process die with the host, and puts it into a
// group of its own, so that a terminal's signals reach the host only and that
// its children can be ended with it.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killProcess(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
