package peer

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// program is Lucene's side, compiled where it runs.
//
//go:embed lucene/*.java
var program embed.FS

// ErrNoLucene is returned when Java or Lucene is not installed here.
var ErrNoLucene = errors.New("peer: no Lucene 8: apt-get install default-jdk-headless liblucene8-java libgoogle-gson-java, or leave lucene out of the peers")

// jars are patterns of what the program is compiled and run with, where Debian
// puts them.
func jars() []string {
	const dir = "/usr/share/java/"
	return []string{dir + "lucene-core-8*.jar", dir + "lucene-analyzers-common-8*.jar", dir + "lucene-queries-8*.jar",
		dir + "lucene-facet-8*.jar", dir + "gson.jar"}
}

// classPath finds Java and Lucene, or says with ErrNoLucene what is missing.
func classPath() (string, error) {
	for _, name := range [...]string{"java", "javac"} {
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("%w: %w (%w)", ErrMissing, ErrNoLucene, err)
		}
	}
	var found []string
	for _, pattern := range jars() {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			return "", fmt.Errorf("%w: %w (no %s)", ErrMissing, ErrNoLucene, pattern)
		}
		found = append(found, files[0])
	}
	return strings.Join(found, string(os.PathListSeparator)), nil
}

// luceneVersion is what the name of its library says.
func luceneVersion() string {
	found, err := filepath.Glob(jars()[0])
	if err != nil || len(found) == 0 {
		return "8"
	}
	_, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(found[0]), ".jar"), "lucene-core-")
	return "Lucene " + version
}

// luceneHeap is the heap of Java, fixed so that it is not grown while timed.
const luceneHeap = "2g"

// luceneLineMax bounds one line of its answers: facets of one question, or the
// times of a whole crowd.
const luceneLineMax = 256 << 20

// lucenePeer is Lucene in a process of its own, which does what lines of its
// standard input say: see lucene/Peer.java.
type lucenePeer struct {
	process *exec.Cmd
	to      io.WriteCloser
	from    *bufio.Scanner
	stderr  *os.File
	asked   int
	spent   Cost
	cached  int64 // hits of its own cache of queries
}

// newLucene compiles the program in a folder that is not there yet, and has it
// index the missions. The process ends with ctx.
func newLucene(ctx context.Context, missions, queries, dir string, asked int) (*lucenePeer, error) {
	jars, err := classPath()
	if err != nil {
		return nil, err
	}
	classes, err := compile(ctx, jars, dir)
	if err != nil {
		return nil, err
	}
	path := classes + string(os.PathListSeparator) + jars
	index := filepath.Join(dir, "index")
	p := &lucenePeer{asked: asked, process: exec.CommandContext(ctx, "java", "-Xms"+luceneHeap, "-Xmx"+luceneHeap,
		"-XX:+UseParallelGC", "-cp", path, "Peer", missions, queries, index)}
	if p.stderr, err = os.Create(filepath.Join(dir, "stderr.txt")); err != nil {
		return nil, fmt.Errorf("peer: lucene: %w", err)
	}
	p.process.Stderr = p.stderr
	from, err := p.process.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("peer: lucene: %w", err)
	}
	if p.to, err = p.process.StdinPipe(); err != nil {
		return nil, fmt.Errorf("peer: lucene: %w", err)
	}
	p.from = bufio.NewScanner(from)
	p.from.Buffer(nil, luceneLineMax)
	if err := p.process.Start(); err != nil {
		return nil, fmt.Errorf("peer: lucene: %w", err)
	}
	var built struct {
		Seconds    float64
		Heap, Disk int64
	}
	if err := p.read(&built); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.spent = Cost{Seconds: built.Seconds, MemoryBytes: built.Heap, DiskBytes: built.Disk}
	return p, nil
}

// compile writes the program's text and has it compiled; it gives the folder
// of the classes.
func compile(ctx context.Context, jars, dir string) (string, error) {
	if err := os.CopyFS(dir, program); err != nil {
		return "", fmt.Errorf("peer: lucene: %w", err)
	}
	sources, err := fs.Glob(os.DirFS(dir), "lucene/*.java")
	if err != nil {
		return "", fmt.Errorf("peer: lucene: %w", err)
	}
	javac := exec.CommandContext(ctx, "javac", append([]string{"-encoding", "UTF-8", "-d", "classes", "-cp", jars}, sources...)...)
	javac.Dir = dir
	if said, err := javac.CombinedOutput(); err != nil {
		return "", fmt.Errorf("peer: lucene: javac: %w: %s", err, said)
	}
	return filepath.Join(dir, "classes"), nil
}

func (p *lucenePeer) name() string { return Lucene }
func (p *lucenePeer) cost() Cost   { return p.spent }

// read reads one line of the process.
func (p *lucenePeer) read(into any) error {
	if !p.from.Scan() {
		err := p.from.Err()
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("peer: lucene: %w: %s", err, p.complaint())
	}
	if err := json.Unmarshal(p.from.Bytes(), into); err != nil {
		return fmt.Errorf("peer: lucene: %w", err)
	}
	return nil
}

// tell gives the process a command.
func (p *lucenePeer) tell(command string) error {
	if _, err := io.WriteString(p.to, command+"\n"); err != nil {
		return fmt.Errorf("peer: lucene: %s: %w", command, err)
	}
	return nil
}

func (p *lucenePeer) answers() ([]answer, error) {
	if err := p.tell("answers"); err != nil {
		return nil, err
	}
	all := make([]answer, p.asked)
	for i := range all {
		if err := p.read(&all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// luceneTimes is its answer to "time" and "warm".
type luceneTimes struct {
	Us     []float64
	Rounds int
	Cached int64
	// Seconds is how long a crowd took.
	Seconds float64
}

// warm asks all questions over and over, and gives how often.
func (p *lucenePeer) warm(seconds float64) (int, error) {
	if err := p.tell("warm " + strconv.FormatFloat(seconds, 'f', -1, 64)); err != nil {
		return 0, err
	}
	var t luceneTimes
	err := p.read(&t)
	return t.Rounds, err
}

func (p *lucenePeer) time(from, to int) ([]float64, error) {
	if err := p.tell(fmt.Sprintf("time %d %d", from, to)); err != nil {
		return nil, err
	}
	var t luceneTimes
	if err := p.read(&t); err != nil {
		return nil, err
	}
	if p.cached = t.Cached; len(t.Us) != to-from {
		return nil, fmt.Errorf("peer: lucene: got %d times, want %d", len(t.Us), to-from)
	}
	return t.Us, nil
}

// crowd has so many threads ask everything by turns.
func (p *lucenePeer) crowd(clients int, seconds float64) (micros []float64, took float64, err error) {
	if err := p.tell(fmt.Sprintf("crowd %d %g", clients, seconds)); err != nil {
		return nil, 0, err
	}
	var t luceneTimes
	if err := p.read(&t); err != nil {
		return nil, 0, err
	}
	p.cached = t.Cached
	return t.Us, t.Seconds, nil
}

// works says that Lucene searches; nobody opens a connection to it: its crowd
// is its own.
func (p *lucenePeer) works() []string { return []string{workSearch} }

func (p *lucenePeer) open(context.Context) (counter, error) {
	return nil, errors.ErrUnsupported
}

// close ends the process, which ends by itself at the end of its input.
func (p *lucenePeer) close() error {
	p.to.Close()
	defer p.stderr.Close()
	if err := p.process.Wait(); err != nil {
		return fmt.Errorf("peer: lucene: %w: %s", err, p.complaint())
	}
	return nil
}

// complaint gives what the process wrote on standard error.
func (p *lucenePeer) complaint() []byte {
	said, err := os.ReadFile(p.stderr.Name())
	if err != nil {
		return []byte(err.Error())
	}
	return said
}
