package envoyproc

import (
	"runtime"
	"syscall"
)

// childAttributes asks the kernel to kill the child when the thread that
// started it ends, and puts it in a process group of its own, so that a
// terminal's interrupt reaches the sidecar first and it can end both in order.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// startAndWatch starts the child and waits for it, both on one locked thread:
// Pdeathsig follows the thread, and Go ends idle threads at will.
func startAndWatch(p *Process) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return <-started
}
