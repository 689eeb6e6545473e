package api_test

// What the official PHP client, versions 3 and 4, and Laravel Scout Extended
// send, replayed. The files of testdata/algolia hold each request as it goes
// over the wire, written from the clients' documentation, and the answer below
// it. Run with -update to write the answers anew.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/api"
)

// exchange is one request of a file, and what was answered.
type exchange struct {
	notes        []string // lines before it
	method, path string
	headers      []string
	body         string
}

// readExchanges takes a file apart: "# note", "+ Header: value" for all that
// follow, "> METHOD path", a body, "< status" and an answer up to an empty line.
func readExchanges(t *testing.T, text string) (list []exchange) {
	t.Helper()
	var notes, common []string
	answer := false
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "# "):
			notes, answer = append(notes, line), false
		case strings.HasPrefix(line, "+ "):
			name, value, _ := strings.Cut(line[2:], ": ")
			notes, common = append(notes, line), append(common, name, value)
		case strings.HasPrefix(line, "> "):
			method, path, _ := strings.Cut(line[2:], " ")
			list = append(list, exchange{notes: notes, method: method, path: path, headers: common})
			notes, answer = nil, false
		case strings.HasPrefix(line, "< "):
			answer = true
		case !answer && line != "" && len(list) > 0:
			list[len(list)-1].body += line
		}
	}
	return list
}

// replay sends a file's requests and gives the file with its answers. ${task}
// is the task of the last write: whoever asks for it asks until it is
// published, as the clients do. ${cursor} is the last cursor.
func (l *live) replay(list []exchange, kept map[string]string) string {
	var b strings.Builder
	for _, x := range list {
		for _, note := range x.notes {
			b.WriteString(note + "\n")
		}
		path, body := substitute(x.path, kept), substitute(x.body, kept)
		headers := []string{}
		for _, h := range x.headers {
			headers = append(headers, substitute(h, kept))
		}
		a := l.do(x.method, path, body, headers...)
		for i := 0; strings.Contains(x.path, "${task}") && bytes.Contains(a.body, []byte("notPublished")) && i < 10_000; i++ {
			a = l.do(x.method, path, body, headers...)
		}
		for _, task := range keepOf(a.body, kept) {
			// Not every client waits for every write; what the next request
			// finds must not depend on how fast the index follows.
			if done, err := l.engine.AwaitObjectTask(l.t.Context(), task); !done || err != nil {
				l.t.Fatalf("%s %s: task %d: %v, %v", x.method, x.path, task, done, err)
			}
		}
		fmt.Fprintf(&b, "> %s %s\n", x.method, x.path)
		if x.body != "" {
			b.WriteString(x.body + "\n")
		}
		fmt.Fprintf(&b, "< %d\n%s\n\n", a.status, stable(a.body))
	}
	return b.String()
}

// keepOf remembers what later requests name, and gives the tasks of an answer.
func keepOf(body []byte, kept map[string]string) (tasks []uint64) {
	var v struct {
		TaskID json.RawMessage
		Cursor string
	}
	if json.Unmarshal(body, &v) != nil {
		return nil
	}
	if n, err := strconv.ParseUint(string(v.TaskID), 10, 64); err == nil {
		kept["task"] = string(v.TaskID)
		tasks = append(tasks, n)
	}
	for index, task := range tasksOf(v.TaskID) {
		kept["task "+index] = fmt.Sprint(task)
		if n, err := task.Int64(); err == nil {
			tasks = append(tasks, uint64(n))
		}
	}
	if v.Cursor != "" {
		kept["cursor"] = v.Cursor
	}
	return tasks
}

func tasksOf(text json.RawMessage) (tasks map[string]json.Number) {
	if json.Unmarshal(text, &tasks) != nil {
		return nil
	}
	return tasks
}

// stable writes an answer without what changes with every run.
func stable(body []byte) string {
	text := string(body)
	var pretty bytes.Buffer
	if json.Indent(&pretty, body, "", " ") == nil {
		text = pretty.String()
	}
	for expr, with := range map[string]string{
		`"(createdAt|updatedAt|deletedAt)": "[^"]+"`:                           `"$1": "…"`,
		`"(processingTimeMS|serverTimeMS|dataSize|fileSize|took_us|seq)": \d+`: `"$1": 0`,
		`"(numberOfPendingTasks|automaticRadius)": \d+`:                        `"$1": 0`,
		`"pendingTask": true`:              `"pendingTask": false`,
		`"(queryID|cursor|hold)": "[^"]+"`: `"$1": "…"`,
		`"taskID": \d+`:                    `"taskID": 1`,
		`("taskID": \{)([^}]*)\}`:          `$1…}`,
		`"01[0-9A-V]{22}"`:                 `"01…"`,
	} {
		text = regexp.MustCompile(expr).ReplaceAllString(text, with)
	}
	return text
}

func TestAlgoliaAgainstGoldens(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "algolia", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	covered := map[string]bool{}
	for _, file := range files {
		l := openMissionIndex(t, withKeys(t, map[string][]string{"back": {"search", "write", "recommend", "admin"}, "page": {"search"}}, nil, 0))
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		list := readExchanges(t, string(want))
		for _, x := range list {
			covered[patternAmong(api.AlgoliaRoutes(), x.method, x.path)] = true
		}
		got := l.replay(list, map[string]string{"key": l.key("back"), "page": l.key("page")})
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		} else if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", file, d)
		}
	}
	for _, r := range api.AlgoliaRoutes() {
		if !covered[r.Method+" "+r.Pattern] {
			t.Errorf("no exchange for %s %s", r.Method, r.Pattern)
		}
	}
}
