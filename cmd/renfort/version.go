package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"text/tabwriter"
)

// versionCommand prints what this binary is made of.
type versionCommand struct{}

// Run prints version, commit, Go and dependencies.
func (versionCommand) Run(p *process) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("version: this binary was built without modules")
	}
	commit, at, changed := "unknown", "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.time":
			at = " of " + s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = ", changed since"
			}
		}
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "renfort\t%s\n", info.Main.Version)
	fmt.Fprintf(w, "commit\t%s%s%s\n", commit, at, changed)
	fmt.Fprintf(w, "go\t%s %s/%s\n", info.GoVersion, runtime.GOOS, runtime.GOARCH)
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		fmt.Fprintf(w, "%s\t%s\n", d.Path, d.Version)
	}
	return w.Flush()
}
