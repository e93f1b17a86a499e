package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The command of the README's first lines: the sample, with nothing set up.
func TestTheSampleRunsDry(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	sample := []string{"--dry_run", "-f", filepath.Join(here, "tw_load.sample.ini"), "-d", filepath.Join(here, "tw_data.sample.txt")}
	f := finish(t, load(t, nil, append(sample, "--json", "result.json")...))
	if f.status != 0 || f.record.Requests.Accepted != 5000 || !f.record.DryRun || !strings.Contains(f.stderr, "DRY RUN") {
		t.Errorf("status %d, %+v\n%s", f.status, f.record.Requests, f.stderr)
	}
}

func TestDryRunsOfEveryKind(t *testing.T) {
	for kind, replies := range map[string]int{
		"sms": 100, "voice": 0, "status": 0, "raw": 100,
		"sms\nMethod = GET": 100, "voice\nMethod = GET": 0, "sms\nMethod = GET\nSignURL = https://public.example/sms": 100,
	} {
		files := config("https://me:pass@nowhere.invalid:8443/hook?x=1#rc=1", "Kind = "+kind+"\nBadSignature = 20%\n")
		f := finish(t, load(t, files, append(common, "--dry_run")...))
		r := f.record.Requests
		if f.status != 0 || r.Accepted != 80 || r.Refused != 20 || f.record.Replies.Count != replies*8/10 {
			t.Errorf("%s: status %d, %+v, replies %+v\n%s", kind, f.status, r, f.record.Replies, f.stderr)
		}
		if strings.Contains(f.stdout+f.stderr, "pass") || strings.Contains(f.stdout+f.stderr, "x=1") {
			t.Errorf("%s: the password or the query is shown\n%s%s", kind, f.stdout, f.stderr)
		}
	}
}

func TestForgedRequestsThatPassAreWarnedOf(t *testing.T) {
	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(open.Close)
	f := finish(t, load(t, config(open.URL, "BadSignature = 10%\n"), common...))
	if f.record.Requests.LetThrough != 10 || !strings.Contains(f.stdout, "this endpoint accepts forged requests") {
		t.Errorf("%+v\n%s", f.record.Requests, f.stdout)
	}
}
