package main

import (
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// conversations: what do calls of four requests cost, beside as many single ones?
func conversations(b *bench) error {
	nginx, ok := b.find("nginx")
	if !ok {
		return nil
	}
	e, err := nginxEndpoint(b, nginx)
	if err != nil {
		return err
	}
	defer e.close()
	root := strings.TrimSuffix(e.url, "/sms")
	const requests = 400_000
	all := []generator{
		{"single requests, Kind = voice", requests, func(n int) *exec.Cmd { return b.loadKind("voice", root+"/last", n) }},
		{"calls of four requests, Kind = call", requests, func(n int) *exec.Cmd { return b.loadKind("call", root+"/call", n/4) }},
	}
	if k6, ok := b.find("k6"); ok {
		all = append(all, generator{"k6, the same call signed", requests / 5, func(n int) *exec.Cmd {
			return exec.Command(k6, b.k6("call", root+"/call", "--vus", strconv.Itoa(connections), "--iterations", strconv.Itoa(n/4))...)
		}})
	}
	return b.compare(e, all)
}

// before: is load as fast as it was?
func before(b *bench) error {
	nginx, ok := b.find("nginx")
	if !ok {
		return nil
	}
	if b.old == "" {
		return fmt.Errorf("name the load of an earlier build with -before")
	}
	e, err := nginxEndpoint(b, nginx)
	if err != nil {
		return err
	}
	defer e.close()
	root := strings.TrimSuffix(e.url, "/sms")
	for _, kind := range []string{"sms", "voice"} {
		url := e.url
		if kind == "voice" {
			url = root + "/last"
		}
		const requests = 400_000
		was := func(n int) *exec.Cmd {
			cmd := b.loadKind(kind, url, n)
			cmd.Path, cmd.Args[0] = b.old, b.old
			return cmd
		}
		if err := b.compare(e, []generator{
			{kind + ", now", requests, func(n int) *exec.Cmd { return b.loadKind(kind, url, n) }},
			{kind + ", before", requests, was},
		}); err != nil {
			return err
		}
		fmt.Println()
	}
	return nil
}

// loadKind returns the command that sends so many requests, or holds so many
// calls, back to back.
func (b *bench) loadKind(kind, url string, n int, lines ...string) *exec.Cmd {
	config := fmt.Sprintf("[Auth]\nToken = %s\n[Load]\nURI = %s\nKind = %s\nUsers = %d\nConcurrency = %d\n%s\n",
		token, url, kind, n/connections, connections, strings.Join(lines, "\n"))
	return exec.Command(filepath.Join(b.bin, "load"), "-f", b.write(kind+".ini", config), "-d", b.write("rows.txt", `{"From": "+14155550101"}`+"\n"))
}

// live: how much does it take to have 20,000 calls up at once? A call asks ten
// times, every 6.7 seconds.
func live(b *bench) error {
	const rate, steps, calls = 300, 10, 30_000
	say := "<Say>" + strings.Repeat("word ", 18) + "end.</Say>" // 94 characters, at 14 a second
	address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		w.Header().Set("Content-Type", "text/xml")
		if n == steps {
			_, _ = io.WriteString(w, "<Response>"+say+"<Hangup/></Response>")
			return
		}
		_, _ = fmt.Fprintf(w, "<Response>%s<Redirect>/%d</Redirect></Response>", say, n+1)
	}))
	if err != nil {
		return err
	}
	defer stop()
	var up, memory, cpu, late, latest, asked sample
	for range b.runs {
		cmd := b.loadKind("call", "http://"+address+"/1", calls, "Pace = real", "Rate = "+strconv.Itoa(rate), "Ramp = 60s", "MaxInFlight = 25000")
		var r struct {
			result
			Conversations struct {
				AsMeant int `json:"as_meant"`
				Peak    int `json:"peak_live"`
			}
			Timeline []struct {
				Sent int `json:"sent"`
			}
		}
		p, err := b.record(cmd, &r)
		if err != nil {
			return err
		}
		if r.Conversations.AsMeant != calls {
			return fmt.Errorf("%d of %d calls ended as meant", r.Conversations.AsMeant, calls)
		}
		most := 0
		for _, second := range r.Timeline {
			most = max(most, second.Sent)
		}
		up = append(up, float64(r.Conversations.Peak))
		memory = append(memory, p.mib())
		cpu = append(cpu, p.cpu.Seconds())
		late = append(late, float64(r.Requests.Late))
		latest = append(latest, r.Requests.MostLate)
		asked = append(asked, float64(most))
	}
	head("300 calls begin each second, after a ramp of 60 s", "calls up at once", "requests in the busiest second", "most resident, MiB", "late, of 300,000 requests", "by at most, ms", "CPU s")
	row(strconv.Itoa(calls)+" calls of ten requests", up.text(0), asked.text(0), memory.text(0), late.text(0), latest.text(0), cpu.text(1))
	return nil
}
