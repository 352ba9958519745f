//go:build !linux

package envoyproc

import "syscall"

func childAttributes() *syscall.SysProcAttr { return nil }

func startAndWatch(p *Process) error {
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return nil
}
