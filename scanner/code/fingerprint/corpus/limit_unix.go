//go:build unix

package corpus

import "syscall"

// limitProcess bounds the memory and the processor time of this process.
func limitProcess() {
	// Where a limit cannot be set, the time limit of whoever started it holds.
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: pdfMemory, Max: pdfMemory})
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: pdfCPU, Max: pdfCPU})
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
