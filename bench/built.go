package bench

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"

	"renfort/bench/result"
)

// Built tells what this binary was made of: as the linker noted it, or, for
// go run, which notes nothing, as git tells of the folder it was run in. An
// empty commit is one that nobody knows.
func Built() (b result.Build) {
	b.Go = runtime.Version()
	info, known := debug.ReadBuildInfo()
	if !known {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	if b.Commit == "" {
		b.Commit, b.Modified = checkedOut(info.Main.Path)
	}
	return b
}

// checkedOut asks git about the folder, if it is the module's.
func checkedOut(module string) (commit string, modified bool) {
	mod, err := os.ReadFile("go.mod")
	if err != nil || !bytes.HasPrefix(mod, []byte("module "+module+"\n")) {
		return "", false
	}
	head, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "", false
	}
	status, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no").Output()
	return strings.TrimSpace(string(head)), err == nil && len(status) > 0
}
