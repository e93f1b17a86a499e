package attack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Read reads the JSON of an earlier run, from a file of that name. It returns an
// error that names the file if it is anything else, or not as it was written:
// cut off, edited, of another command or of another version.
func Read(name string, content []byte) (*Result, error) {
	var head struct {
		Command       *string `json:"command"`
		RecordVersion int     `json:"record_version"`
	}
	if err := decode(content, &head); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	switch {
	case head.Command == nil:
		return nil, fmt.Errorf("%s: no result of load", name)
	case *head.Command != "load":
		return nil, fmt.Errorf("%s: the result of %q, not of load", name, *head.Command)
	case head.RecordVersion == 0:
		return nil, fmt.Errorf("%s: written by an earlier version of load, which kept no histograms", name)
	case head.RecordVersion != RecordVersion:
		return nil, fmt.Errorf("%s: a record of version %d, and this load reads version %d", name, head.RecordVersion, RecordVersion)
	}
	r := new(Result)
	if err := decode(content, r); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	if err := r.checkTime(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%s: its figures do not agree, as if it had been edited: %w", name, err)
	}
	return r, nil
}

// decode reads JSON that stands alone. Its errors begin with a colon, and where
// it is known with the line.
func decode(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	err := d.Decode(into)
	line := func(offset int64) int { return 1 + bytes.Count(content[:min(int(offset), len(content))], []byte("\n")) }
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case err == nil:
		if _, err := d.Token(); err != io.EOF {
			return fmt.Errorf(":%d: more than one JSON text", line(d.InputOffset()))
		}
		return nil
	case errors.Is(err, io.EOF):
		return errors.New(": empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf(":%d: cut off", line(int64(len(content))))
	case errors.As(err, &syntax):
		return fmt.Errorf(":%d: no JSON: %w", line(syntax.Offset), err)
	case errors.As(err, &mismatch) && mismatch.Field == "":
		return fmt.Errorf(":%d: no result of load: the JSON is no object", line(mismatch.Offset))
	case errors.As(err, &mismatch):
		return fmt.Errorf(":%d: %s is of another type: %s", line(mismatch.Offset), mismatch.Field, mismatch.Value)
	}
	return fmt.Errorf(": %w", err)
}
