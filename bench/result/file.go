package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// ErrNewer is returned for a file of a format that this version does not know.
var ErrNewer = errors.New("result: the file is of a newer format")

// Parse reads a result from JSON. A newer format is ErrNewer: what it means
// cannot be known here.
func Parse(data []byte) (*Result, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("result: parse: %w", err)
	}
	if head.Format > FormatVersion {
		return nil, fmt.Errorf("%w: %d, known is %d", ErrNewer, head.Format, FormatVersion)
	}
	if head.Format < 1 {
		return nil, errors.New("result: parse: no format: this is no result of renfort bench")
	}
	var r Result
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("result: parse: %w", err)
	}
	return &r, nil
}

// ReadFile reads a result from a file of JSON.
func ReadFile(name string) (*Result, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	r, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// WriteFile writes a result to a file of JSON, with the format of this
// version. A file that was there is replaced, also where that fails halfway.
func WriteFile(name string, r *Result) error {
	written := *r
	written.Format = FormatVersion
	data, err := json.Marshal(&written)
	if err != nil {
		return fmt.Errorf("result: write %s: %w", name, err)
	}
	if err := os.WriteFile(name, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	return nil
}
