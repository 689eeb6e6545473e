// Package machine answers: on what was this measured, and did it work alone?
//
// It tells what a machine is (Describe), what it did meanwhile (Begin and End:
// time stolen by a hypervisor, throttled by a quota, used by others), what one
// process used (Look), what lies under a folder (FileSystem, SyncTimes), and
// gives cores to the generator and the service (Split, PinSelf, PinStart).
//
// Everything is read from Linux: /proc, /sys, statfs and the affinity calls.
// Elsewhere the package compiles and says that it does not know: names are
// Unknown, numbers are the ones documented for "unknown", and what cannot be
// done is ErrUnsupported. Only SyncTimes and FolderBytes work everywhere.
//
// Functions are safe for concurrent use; a Watch is not.
package machine
