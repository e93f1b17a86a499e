package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A result is what we read of load's own.
type result struct {
	Requests struct {
		Sent     int     `json:"sent"`
		Accepted int     `json:"accepted"`
		Late     int     `json:"late"`
		MostLate float64 `json:"most_late_ms"`
	} `json:"requests"`
	Latency map[string]float64 `json:"latency_ms"`
}

// atRate runs load at a rate.
func (b *bench) atRate(url string, rate, seconds int) (process, result, error) {
	file := filepath.Join(b.dir, "result.json")
	p, err := measure(b.load(url, rate*seconds, rate, "--json", file))
	if err != nil {
		return p, result{}, err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return p, result{}, err
	}
	var r result
	err = json.Unmarshal(content, &r)
	if err == nil && r.Requests.Accepted != rate*seconds {
		err = fmt.Errorf("%d of %d requests were accepted", r.Requests.Accepted, rate*seconds)
	}
	return p, r, err
}

// open: what does a rate cost, and is any request late?
func open(b *bench) error {
	const rate, seconds = 2000, 10
	e, err := goEndpoint()
	if err != nil {
		return err
	}
	defer e.close()

	late, mostLate := 0, 0.0
	names := []string{"load, a burst each second"}
	peers := []func() *exec.Cmd{nil}
	if vegeta, ok := b.find("vegeta"); ok {
		form := b.write("form", form)
		target := b.write("target", fmt.Sprintf("POST %s\nContent-Type: %s\n@%s\n", e.url, formType, form))
		names = append(names, "vegeta, evenly")
		peers = append(peers, func() *exec.Cmd {
			return exec.Command(vegeta, "attack", "-rate", strconv.Itoa(rate), "-duration", fmt.Sprintf("%ds", seconds), "-targets", target, "-output", os.DevNull)
		})
	}
	if path, ok := b.find("k6"); ok {
		form := b.write("form", form)
		names = append(names, "k6 signing each request, evenly")
		peers = append(peers, func() *exec.Cmd {
			return exec.Command(path, "run", "--quiet", "--no-usage-report", "--summary-mode", "disabled", "-e", "RATE="+strconv.Itoa(rate), "-e", fmt.Sprintf("DURATION=%ds", seconds),
				"-e", "URL="+e.url, "-e", "TOKEN="+token, "-e", "FORM="+form, "bench/peers/signed.js")
		})
	}
	cpu, sent := make([]sample, len(peers)), make([]sample, len(peers))
	for range b.runs {
		for i, peer := range peers {
			before, _ := e.count()
			var p process
			if peer == nil {
				var r result
				p, r, err = b.atRate(e.url, rate, seconds)
				late, mostLate = late+r.Requests.Late, max(mostLate, r.Requests.MostLate)
			} else {
				p, err = measure(peer())
			}
			if err != nil {
				return err
			}
			after, _ := e.count()
			sent[i] = append(sent[i], float64(after-before))
			cpu[i] = append(cpu[i], p.cpu.Seconds()*10_000/float64(after-before))
		}
	}
	head("2,000 a second for 10 s, Go endpoint", "requests", "late, of all runs", "CPU s per 10,000 requests", "load's CPU over its")
	for i, name := range names {
		told := "not told"
		if i == 0 {
			told = fmt.Sprint(late)
			if late > 0 {
				told += fmt.Sprintf(", at most by %.0f ms", mostLate)
			}
		}
		row(name, sent[i].text(0), told, cpu[i].text(3), cpu[0].over(cpu[i]).text(2))
	}
	return nil
}

// accuracy: are the latencies what the endpoint saw? It takes 0.5 to 1.5 s for
// an answer, and for 2 s none at all.
func accuracy(b *bench) error {
	const rate, seconds = 2000, 10
	percents := []float64{50, 90, 95, 99, 99.9}
	names := []string{"p50", "p90", "p95", "p99", "p99_9"}
	theirs, ours, off := make([]sample, len(names)), make([]sample, len(names)), make([]sample, len(names))
	for range b.runs {
		log := &slowEndpoint{}
		address, stop, err := serve(log)
		if err != nil {
			return err
		}
		_, r, err := b.atRate("http://"+address+"/sms", rate, seconds)
		stop()
		if err != nil {
			return err
		}
		latencies := log.latencies(rate)
		for i, name := range names {
			want := latencies[int(math.Ceil(percents[i]/100*float64(len(latencies))))-1].Seconds() * 1000
			got := r.Latency[name]
			theirs[i], ours[i] = append(theirs[i], want), append(ours[i], got)
			off[i] = append(off[i], math.Abs(got/want-1)*100)
		}
	}
	head("latency from when a request was due, ms", "of the endpoint's log", "of load", "off by %")
	for i, name := range names {
		row(name, theirs[i].text(0), ours[i].text(0), off[i].text(2))
	}
	return nil
}

// A slowEndpoint takes its time, and keeps a log.
type slowEndpoint struct {
	mu       sync.Mutex
	arrived  []time.Time
	answered []time.Time
}

func (s *slowEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	s.mu.Lock()
	k := len(s.arrived)
	s.arrived, s.answered = append(s.arrived, arrived), append(s.answered, time.Time{})
	first := s.arrived[0]
	s.mu.Unlock()

	_, _ = io.Copy(io.Discard, r.Body)
	answer := arrived.Add(500*time.Millisecond + time.Duration(k*7919%1000)*time.Millisecond)
	if stall, over := first.Add(3*time.Second), first.Add(5*time.Second); answer.After(stall) && answer.Before(over) {
		answer = over
	}
	time.Sleep(time.Until(answer))
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(twiml)))
	_, _ = io.WriteString(w, twiml)
	_ = http.NewResponseController(w).Flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered[k] = time.Now()
}

// latencies returns, sorted, how long after they were due the requests were
// answered: so many are due in each second since the first.
func (s *slowEndpoint) latencies(rate int) (sorted []time.Duration) {
	start := s.arrived[0]
	for k, answered := range s.answered {
		due := start.Add(time.Duration(k/rate) * time.Second)
		sorted = append(sorted, answered.Sub(due))
	}
	slices.Sort(sorted)
	return sorted
}

// highest: at what rate does the first request go late?
func highest(b *bench) error {
	const seconds, step = 30, 1000
	e, err := goEndpoint()
	if err != nil {
		return err
	}
	defer e.close()
	head("rate, held for 30 s", "late, in each run", "by at most, ms", "CPU s a second")
	for rate, failed := 2000, false; !failed && rate <= 50_000; rate += step {
		var late, mostLate, cpu sample
		for range b.runs {
			p, r, err := b.atRate(e.url, rate, seconds)
			if err != nil {
				return err
			}
			late, mostLate = append(late, float64(r.Requests.Late)), append(mostLate, r.Requests.MostLate)
			cpu = append(cpu, p.cpu.Seconds()/p.wall.Seconds())
			if failed = r.Requests.Late > 0; failed {
				break
			}
		}
		row(fmt.Sprint(rate), late.text(0), mostLate.text(0), cpu.text(2))
	}
	return nil
}
