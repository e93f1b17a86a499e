package attack_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/webhook"
)

// record is the JSON of a run, indented.
func record(t testing.TB, cfg attack.Config) []byte {
	t.Helper()
	cfg.Envelope.URL = "http://a.example/"
	r := run(t, cfg)
	r.Command = "load"
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// tenRequests is the record of a run of ten requests over three seconds.
func tenRequests(t *testing.T) (text string) {
	synctest.Test(t, func(t *testing.T) {
		text = string(record(t, attack.Config{Total: 10, Rate: 4, Connect: inMemory(always(30 * time.Millisecond))}))
	})
	return text
}

func TestARecordIsReadAsItWas(t *testing.T) {
	text := tenRequests(t)
	r, err := attack.Read("before.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.MarshalIndent(r, "", "  ")
	if err != nil || string(again) != text {
		t.Errorf("%v, and %s\nwant\n%s", err, again, text)
	}
	if h := r.Histograms.Latency.Histogram(); h.TotalCount() != 10 || len(r.Timeline) != 3 || r.Timeline[2].Latency.Count() != 2 {
		t.Errorf("%d times, %d seconds, want 10 in 3", h.TotalCount(), len(r.Timeline))
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	text := tenRequests(t)
	replace := func(old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("no %s in %s", old, text)
		}
		return strings.Replace(text, old, new, 1)
	}
	for _, tc := range []struct{ what, text, want string }{
		{"an empty file", "", "before.json: empty"},
		{"white space", " \n", "before.json: empty"},
		{"the first half", text[:len(text)/2], ": cut off"},
		{"all but the last brace", text[:len(text)-2], ": cut off"},
		{"something else", "Completed requests: 4", "before.json:1: no JSON: invalid character 'C'"},
		{"a comma too many", replace(`"rate": 4,`, `"rate": 4,,`), ": no JSON: invalid character ','"},
		{"a comma in the third line", "{\n\"command\": \"load\",\n,}", "before.json:3: no JSON: invalid character ','"},
		{"two records", text + text, ": more than one JSON text"},
		{"a list", "[]", "before.json:1: no result of load: the JSON is no object"},
		{"another JSON", "{}", "before.json: no result of load"},
		{"a result of start", replace(`"command": "load"`, `"command": "start"`), `before.json: the result of "start", not of load`},
		{"an earlier version", replace(`"record_version": 1`, `"record_version": 0`), "an earlier version of load, which kept no histograms"},
		{"a later version", replace(`"record_version": 1`, `"record_version": 2`), "a record of version 2, and this load reads version 1"},
		{"text for a number", replace(`"sent": 10`, `"sent": "10"`), "requests.sent is of another type: string"},
		{"no time when it began", replace(`"began": `, `"was": `), "when it began is missing or cannot be: 0001-01-01T00:00:00Z"},
		{"a time that is null", replace(`"began": "2000-01-01T00:00:00Z"`, `"began": null`), "when it began is missing or cannot be"},
		{"a time centuries ago", replace(`"began": "2000`, `"began": "1499`), "when it began is missing or cannot be: 1499-01-01T00:00:00Z"},
		{"a time centuries ahead", replace(`"began": "2000`, `"began": "2300`), "when it began is missing or cannot be: 2300-01-01T00:00:00Z"},
		{"a run of centuries", replace(`"seconds": 2.03`, `"seconds": 2e11`), "a run cannot take 2e+11 seconds"},
		{"intervals of centuries", strings.NewReplacer(`"width_seconds": 1`, `"width_seconds": 1e12`, `"start_seconds": 1`, `"start_seconds": 1e12`, `"start_seconds": 2`, `"start_seconds": 2e12`).Replace(text), "a run cannot take 3e+12 seconds"},
		{"a request more", replace(`"sent": 10`, `"sent": 11`), "as if it had been edited: 11 requests sent, and not 10"},
		{"fewer than none", strings.NewReplacer(`"accepted": 10`, `"accepted": -10`, `"sent": 10`, `"sent": -10`).Replace(text), "edited"},
		{"an error for an accepted one", strings.NewReplacer(`"accepted": 10`, `"accepted": 9`, `"errors": 0`, `"errors": 1`).Replace(text), "edited"},
		{"a second less", replace(`"start_seconds": 2`, `"start_seconds": 3`), "interval 2 of the timeline does not follow"},
		{"a burst larger", replace(`"sent": 4,`, `"sent": 5,`), "interval 0 of the timeline has sent 5 requests, and not the sum"},
		{"better times", replace(`"p99": 30`, `"p99": 3`), "the times and their histograms"},
		{"no histogram", strings.ReplaceAll(text, `"histogram": "HISTF`, `"was": "HISTF`), "a histogram cannot be read"},
		{"a rubbish histogram", strings.ReplaceAll(text, "HISTF", "HISTG"), "a histogram cannot be read"},
	} {
		if _, err := attack.Read("before.json", []byte(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "before.json:") {
			t.Errorf("%s: %v, want %s", tc.what, err, tc.want)
		}
	}
}

// What follows from other figures must be as it follows. Each row edits a record.
func TestWhatIsEditedIsRefused(t *testing.T) {
	open, closed, calls, bad := tenRequests(t), "", "", ""
	synctest.Test(t, func(t *testing.T) {
		closed = string(record(t, attack.Config{Total: 10, Concurrency: 2, Connect: inMemory(always(300 * time.Millisecond))}))
		cfg := conversations(t, webhook.Call, documents(map[string]string{"/": `<Say>Hello</Say>`}), 10, `{}`)
		cfg.Pace, cfg.Rate, cfg.Prices = attack.Real, 5, &webhook.Prices{Minute: 0.01}
		calls = string(record(t, cfg))
		cfg = conversations(t, webhook.Call, documents(map[string]string{"/": `</Say>`}), 10, `{}`)
		cfg.Rate = 5
		bad = string(record(t, cfg))
	})
	for _, tc := range []struct{ what, text, old, new, want string }{
		{"fewer than none late", open, `"late": 0`, `"late": -1`, "requests.late is -1"},
		{"fewer bytes than none", open, `"bytes_sent": `, `"bytes_sent": -`, "bytes_sent is -"},
		{"fewer than none in an interval", open, `"answered": 4`, `"answered": -4`, "timeline[0].answered is -4"},
		{"an answer more in an interval", open, `"answered": 4`, `"answered": 5`, "11 answers in the timeline, and not 10"},
		{"no kind", open, `"kind": "sms"`, `"kind": "smsx"`, `"smsx" is not a kind of webhook`},
		{"more than all bad", open, `"bad_signature_percent": 0`, `"bad_signature_percent": 101`, "101 % bad signatures"},
		{"fewer than none bad", open, `"bad_signature_percent": 0`, `"bad_signature_percent": -1`, "-1 % bad signatures"},
		{"a price below nothing", open, `"mms_price": 0`, `"mms_price": -1`, "a price of -1"},
		{"no status of HTTP", open, `"status": 204`, `"status": 20`, "HTTP status 20"},
		{"more messages than requests", open, `"received_messages": 10`, `"received_messages": 11`, "11 messages received, of 10"},
		{"media without a reply", open, `"with_media": 0`, `"with_media": 1`, "replies with media"},
		{"more late than were sent", open, `"late": 0`, `"late": 11`, "11 requests late, of 10"},
		{"more than none held up", open, `"own_limit": 0`, `"own_limit": 1`, "1 requests held up by this computer, of 0"},
		{"ten times the rate", open, `"requests_per_second": 4`, `"requests_per_second": 40`, "10 requests in 2.03 seconds, and a rate of 40"},
		{"above the rate asked for", open, `"requests_per_second": 4`, `"requests_per_second": 4.5`, "a rate of 4.5"},
		{"three quarters of the rate", open, `"requests_per_second": 4`, `"requests_per_second": 3`, "a rate of 3"},
		{"no rate", open, `"requests_per_second": 4`, `"requests_per_second": 0`, "a rate of 0"},
		{"a rate below none", open, `"requests_per_second": 4`, `"requests_per_second": -4`, "a rate of -4"},
		{"another rate of a closed loop", closed, `"requests_per_second": 6`, `"requests_per_second": 7`, "10 requests in 1.5 seconds, and a rate of 7"},
		{"more as meant than were held", calls, `"as_meant": 10`, `"as_meant": 11`, "11 conversations as meant, of 10"},
		{"more live than there were", calls, `"peak_live": `, `"peak_live": 1`, "conversations live at once, of 10"},
		{"another code", bad, `"12100": 5`, `"12200": 5`, "5 requests with code 12100 in the timeline, and not 10"},
		{"more verdicts on a step", bad, `"requests": 10
        }
      ],
      "latency_p50`, `"requests": 11
        }
      ],
      "latency_p50`, "step POST / has 11 verdicts on 10 requests"},
		{"another cost", calls, `"total": 0.1`, `"total": 0.2`, "the cost and the prices"},
		{"another price", calls, `"minute_price": 0.01`, `"minute_price": 0.02`, "the cost and the prices"},
	} {
		if !strings.Contains(tc.text, tc.old) {
			t.Fatalf("%s: no %s in %s", tc.what, tc.old, tc.text)
		}
		if _, err := attack.Read("before.json", []byte(tc.text)); err != nil {
			t.Errorf("%s, before: %v", tc.what, err)
		}
		text := strings.Replace(tc.text, tc.old, tc.new, 1)
		if _, err := attack.Read("before.json", []byte(text)); err == nil || !strings.Contains(err.Error(), "as if it had been edited: ") || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", tc.what, err, tc.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	text := record(f, attack.Config{Total: 10, Concurrency: 2, Connect: inMemory(always(0))})
	f.Add(text)
	f.Add(text[:1000])
	f.Add([]byte(strings.Replace(string(text), "10", "11", 3)))
	f.Add([]byte(`{"command": "load", "record_version": 1, "timeline": [{"steps": {"a": null}, "width_seconds": 1}], "steps": [{"step": "a"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := attack.Read("before.json", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "before.json:") {
				t.Errorf("%v does not name the file", err)
			}
			return
		}
		r.Compare("before.json", r)
		for _, f := range r.Comparison.Lines {
			if f.Verdict == attack.BeyondChance {
				t.Errorf("%s differs from itself: %+v", f.Name, f)
			}
		}
		r.Comparison = nil
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := attack.Read("before.json", again); err != nil {
			t.Errorf("written again: %v", err)
		}
	})
}
