package attack

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"call-load-tester/pkg/webhook"
)

// A line of a failure takes this long to write, beside the sending.
func BenchmarkFailure(b *testing.B) {
	f := failure{
		began:   time.Now(),
		outcome: outcome{class: errored, code: webhook.ErrorStatus, status: 503, ended: time.Millisecond},
		row:     "rows.txt:1", sid: "SM8f14e45fceea167a5a36dedd4bea2543", url: "http://127.0.0.1:8080/sms",
		body: "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
		id:   "8f14e45fceea167a5a36dedd4bea2543",
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		if err := encoder.Encode(f.Line()); err != nil {
			b.Fatal(err)
		}
	}
}
