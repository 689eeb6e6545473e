package bench

import "syscall"

// orphaned has the kernel end a child whose parent is gone: no orphan keeps a
// port.
func orphaned() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
