// The functions of the runtime that disk_linux.go names have no body in it.
