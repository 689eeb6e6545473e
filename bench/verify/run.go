package verify

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// scripts are the verifier: what a sceptic reads is what runs.
//
//go:embed verify.py pages.py formula.py
var scripts embed.FS

// python is what runs them.
const python = "python3"

// What Run returns where the verifier did not find everything right.
var (
	ErrWrong    = errors.New("verify: something is wrong, or nothing was looked at")
	ErrNoPython = errors.New("verify: there is no " + python + ": install the package python3")
)

// exitWrong is how the verifier ends where something is wrong; any other way
// but 0 says that it could not look.
const exitWrong = 1

// Options are what to verify: at least a ledger or a record.
type Options struct {
	Target  string
	Key     string // "" for none
	Ledgers []string
	Records []string
	JSON    string // a file for what was found, "" for none
}

// Run starts the verifier over files that are closed and a service that runs.
// What it finds goes to stdout. It returns ErrWrong where something is wrong or
// nothing was looked at, ErrNoPython without Python, and another error where it
// could not look. The service is only read.
func Run(ctx context.Context, o Options, stdout, stderr io.Writer) error {
	interpreter, err := exec.LookPath(python)
	if err != nil {
		return ErrNoPython
	}
	dir, err := os.MkdirTemp("", "renfort-verify-")
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, scripts); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	// -S: the standard library alone; -B: nothing is left in the folder.
	cmd := exec.CommandContext(ctx, interpreter, append([]string{"-S", "-B", filepath.Join(dir, "verify.py")}, o.args()...)...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.Env = os.Environ()
	if o.Key != "" {
		cmd.Env = append(cmd.Env, "RENFORT_KEY="+o.Key) // not an argument: those are for all to see
	}
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitWrong {
		return ErrWrong
	}
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

func (o *Options) args() []string {
	args := []string{"--target", o.Target}
	for _, l := range o.Ledgers {
		args = append(args, "--ledger", l)
	}
	for _, r := range o.Records {
		args = append(args, "--record", r)
	}
	if o.JSON != "" {
		args = append(args, "--json", o.JSON)
	}
	return args
}
