package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// writingFailures: does a file of failures slow the sending, a slow one too? Each
// second of 1,000,000 requests fails. Rates are load's own, over its requests:
// writing the last lines comes after them.
func writingFailures(b *bench) error {
	const requests = 1_000_000
	url, stop, err := halfBad()
	if err != nil {
		return err
	}
	defer stop()
	pipe := filepath.Join(b.dir, "slow")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), readSlowly(pipe)); err != nil {
		return err
	}
	type way struct {
		name                string
		args                []string
		rate, cpu           sample
		memory, written, no sample
	}
	logged := func(file string) []string {
		return []string{"--failures", file, "--failures_max", strconv.Itoa(requests)}
	}
	ways := []*way{
		{name: "without --failures"},
		{name: "a file", args: logged(filepath.Join(b.dir, "failed.ndjson"))},
		{name: "a pipe whose reader takes 1 MB a second", args: logged(pipe)},
	}
	for range b.runs {
		for _, w := range ways {
			var r struct {
				Rate     float64 `json:"requests_per_second"`
				Requests struct {
					Errors int `json:"errors"`
				} `json:"requests"`
				Failures struct {
					Written int `json:"written"`
					TooSlow int `json:"too_slow"`
				} `json:"failures"`
			}
			p, err := b.record(b.load(url, requests, 0, w.args...), &r)
			if err != nil {
				return err
			}
			if f := r.Failures; r.Requests.Errors != requests/2 || w.args != nil && f.Written+f.TooSlow != requests/2 {
				return fmt.Errorf("%s: %d errors, %+v of them written or not", w.name, r.Requests.Errors, f)
			}
			w.rate, w.cpu = append(w.rate, r.Rate), append(w.cpu, p.cpu.Seconds()*10_000/requests)
			w.memory = append(w.memory, p.mib())
			w.written, w.no = append(w.written, float64(r.Failures.Written)), append(w.no, float64(r.Failures.TooSlow))
		}
	}
	head("1,000,000 requests, half of them failing, 50 connections", "requests a second", "of those without", "CPU s per 10,000 requests", "memory, MiB", "lines written", "too slow")
	for _, w := range ways {
		row(w.name, w.rate.text(0), w.rate.over(ways[0].rate).text(3), w.cpu.text(3), w.memory.text(0), w.written.text(0), w.no.text(0))
	}
	return nil
}

// halfBad is an endpoint that answers each second request with an error page.
func halfBad() (url string, stop func(), err error) {
	var n atomic.Int64
	address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if n.Add(1)%2 == 0 {
			w.Header().Set("X-Request-Id", "8f14e45fceea167a5a36dedd4bea2543")
			http.Error(w, "upstream connect error or disconnect/reset before headers. reset reason: connection termination", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, twiml)
	}))
	return "http://" + address + "/sms", stop, err
}

// readSlowly reads 1 MB a second from a pipe, for as long as the process lives.
func readSlowly(name string) error {
	pipe, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	go func() {
		for tick := time.Tick(100 * time.Millisecond); ; <-tick {
			_, _ = io.CopyN(io.Discard, pipe, 100_000)
		}
	}()
	return nil
}
