package bench

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// The formats that other load tools read their requests in.
const (
	FormatWrk    = "wrk"
	FormatK6     = "k6"
	FormatVegeta = "vegeta"
	FormatHey    = "hey"
)

// Formats names them.
func Formats() []string { return []string{FormatWrk, FormatK6, FormatVegeta, FormatHey} }

// recommendPath is where the requests of targets go.
const recommendPath = "/v1/recommendations"

// WriteTargets writes n requests for recommendations, of the same people as a
// run with that seed and so many volunteers sends, as another tool reads them:
// a Lua script for wrk (-s), a script for k6, JSON targets for vegeta
// (-format=json), and for hey, which knows one request alone, a shell script
// with a line for each. The key, if any, stands in what is written.
func WriteTargets(w io.Writer, format, target, key string, seed uint64, volunteers, n int) error {
	p, err := newPeople(&Config{Seed: seed, Volunteers: volunteers, RunID: "t"}, n)
	if err != nil {
		return err
	}
	target = strings.TrimSuffix(target, "/")
	b := bufio.NewWriter(w) // it keeps its first error and gives it at Flush
	switch format {
	case FormatWrk:
		writeWrk(b, key, p.profiles)
	case FormatK6:
		writeK6(b, target, key, p.profiles)
	case FormatVegeta:
		writeVegeta(b, target, key, p.profiles)
	case FormatHey:
		writeHey(b, target, key, p.profiles)
	default:
		return fmt.Errorf("%w: %q is no format; there are %s", ErrConfig, format, strings.Join(Formats(), ", "))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("bench: write targets: %w", err)
	}
	return nil
}

func writeWrk(b *bufio.Writer, key string, bodies [][]byte) {
	fmt.Fprintf(b, "-- wrk -t1 -c64 -d30s -s FILE URL   (a closed loop: its latencies leave out who waited)\nlocal bodies = {\n")
	for _, body := range bodies {
		fmt.Fprintf(b, "  [==[%s]==],\n", body)
	}
	fmt.Fprintf(b, "}\nlocal i = 0\nwrk.method = \"POST\"\nwrk.path = %q\nwrk.headers[\"Content-Type\"] = \"application/json\"\n", recommendPath)
	if key != "" {
		fmt.Fprintf(b, "wrk.headers[\"Authorization\"] = %q\n", "Bearer "+key)
	}
	fmt.Fprint(b, "request = function()\n  i = i % #bodies + 1\n  return wrk.format(nil, nil, nil, bodies[i])\nend\n")
}

func writeK6(b *bufio.Writer, target, key string, bodies [][]byte) {
	fmt.Fprint(b, "// k6 run FILE   (constant-arrival-rate is an open loop)\nimport http from 'k6/http';\nexport const options = { scenarios: { open: {\n"+
		"  executor: 'constant-arrival-rate', rate: 1000, timeUnit: '1s', duration: '30s', preAllocatedVUs: 200 } } };\nconst bodies = [\n")
	for _, body := range bodies {
		quoted, _ := json.Marshal(string(body)) // a string always can be
		fmt.Fprintf(b, "  %s,\n", quoted)
	}
	headers := map[string]string{"Content-Type": "application/json"}
	if key != "" {
		headers["Authorization"] = "Bearer " + key
	}
	quoted, _ := json.Marshal(headers)
	fmt.Fprintf(b, "];\nexport default function () {\n  http.post(%q, bodies[Math.floor(Math.random() * bodies.length)], { headers: %s });\n}\n", target+recommendPath, quoted)
}

func writeVegeta(b *bufio.Writer, target, key string, bodies [][]byte) {
	header := map[string][]string{"Content-Type": {"application/json"}}
	if key != "" {
		header["Authorization"] = []string{"Bearer " + key}
	}
	for _, body := range bodies {
		line, _ := json.Marshal(map[string]any{"method": "POST", "url": target + recommendPath, "header": header, "body": base64.StdEncoding.EncodeToString(body)})
		fmt.Fprintf(b, "%s\n", line)
	}
}

func writeHey(b *bufio.Writer, target, key string, bodies [][]byte) {
	fmt.Fprint(b, "#!/bin/sh\n# hey sends one request over and over: a line for each (-q times -c is the rate).\n")
	auth := ""
	if key != "" {
		auth = fmt.Sprintf(" -H 'Authorization: Bearer %s'", key)
	}
	for _, body := range bodies {
		fmt.Fprintf(b, "hey -z 5s -c 16 -q 50 -m POST -T application/json%s -d '%s' %s\n", auth, strings.ReplaceAll(string(body), "'", `'\''`), target+recommendPath)
	}
}
