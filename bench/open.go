package main

import (
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"time"
)

// A result is what we read of load's own.
type result struct {
	Requests struct {
		Accepted int     `json:"accepted"`
		Late     int     `json:"late"`
		MostLate float64 `json:"most_late_ms"`
	} `json:"requests"`
	Latency map[string]float64 `json:"latency_ms"`
}

// atRate runs load at a rate.
func (b *bench) atRate(url string, rate, seconds int) (process, result, error) {
	var r result
	p, err := b.record(b.load(url, rate*seconds, rate), &r)
	if err == nil && r.Requests.Accepted != rate*seconds {
		err = fmt.Errorf("%d of %d requests were accepted", r.Requests.Accepted, rate*seconds)
	}
	return p, r, err
}

// open: what does a rate cost, and is any request late?
func open(b *bench) error {
	const rate, seconds = 2000, 10
	type sender struct {
		name      string
		run       func(url string) (process, result, error)
		burst     bool // sends in bursts
		cpu, sent sample
		late      int
		longest   time.Duration // from the first to the last arrival of a burst
	}
	all := []*sender{{name: "load, a burst each second", burst: true, run: func(url string) (process, result, error) { return b.atRate(url, rate, seconds) }}}
	peer := func(name, program string, args func(url string) []string) {
		if path, ok := b.find(program); ok {
			all = append(all, &sender{name: name, run: func(url string) (process, result, error) {
				p, err := b.measure(exec.Command(path, args(url)...))
				return p, result{}, err
			}})
		}
	}
	each, whole := strconv.Itoa(rate), fmt.Sprintf("%ds", seconds)
	peer("vegeta, evenly", "vegeta", func(url string) []string { return b.vegeta(url, "-rate", each, "-duration", whole) })
	peer("k6 signing each request, evenly", "k6", func(url string) []string {
		return b.k6("signed", url, "-e", "RATE="+each, "-e", "DURATION="+whole)
	})
	for range b.runs {
		for _, g := range all {
			log := new(logEndpoint)
			address, stop, err := serve(log)
			if err != nil {
				return err
			}
			p, r, err := g.run("http://" + address + "/sms")
			stop()
			if err != nil {
				return err
			}
			arrived := float64(log.requests())
			g.sent = append(g.sent, arrived)
			g.cpu = append(g.cpu, p.cpu.Seconds()*10_000/arrived)
			g.late += r.Requests.Late
			if g.burst {
				g.longest = max(g.longest, log.longestBurst(rate))
			}
		}
	}
	head("2,000 a second for 10 s, Go endpoint", "requests", "late, of all runs", "longest burst at the endpoint, ms", "CPU s per 10,000 requests", "load's CPU over its")
	for _, g := range all {
		late, longest := "not told", "–"
		if g.burst {
			late, longest = fmt.Sprint(g.late), fmt.Sprint(g.longest.Milliseconds())
		}
		row(g.name, g.sent.text(0), late, longest, g.cpu.text(3), all[0].cpu.over(g.cpu).text(2))
	}
	return nil
}

// accuracy: are the latencies what the endpoint saw? It takes 0.5 to 1.5 s for
// an answer, gives none at all for 2 s, and takes another to catch up.
func accuracy(b *bench) error {
	const rate, seconds = 2000, 10
	const stalls, goesOn, caughtUp = 3400 * time.Millisecond, 5400 * time.Millisecond, 6400 * time.Millisecond
	slow := func(k int, sinceFirst time.Duration) time.Duration {
		answer := sinceFirst + 500*time.Millisecond + time.Duration(k*7919%1000)*time.Millisecond
		if answer > stalls && answer < caughtUp {
			answer = goesOn + (answer-stalls)*(caughtUp-goesOn)/(caughtUp-stalls)
		}
		return answer - sinceFirst
	}
	type percentile struct {
		name             string
		percent          float64
		theirs, ours, by sample
	}
	all := []*percentile{{name: "p50", percent: 50}, {name: "p90", percent: 90}, {name: "p95", percent: 95}, {name: "p99", percent: 99}, {name: "p99_9", percent: 99.9}}
	for range b.runs {
		log := &logEndpoint{takes: slow}
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
		for _, p := range all {
			want := latencies[int(math.Ceil(p.percent/100*float64(len(latencies))))-1].Seconds() * 1000
			got := r.Latency[p.name]
			p.theirs, p.ours = append(p.theirs, want), append(p.ours, got)
			p.by = append(p.by, math.Abs(got/want-1)*100)
		}
	}
	head("latency from when a request was due, ms", "of the endpoint's log", "of load", "off by %")
	for _, p := range all {
		row(p.name, p.theirs.text(0), p.ours.text(0), p.by.text(2))
	}
	return nil
}

// highest: at what rate does the first request go late?
func highest(b *bench) error {
	const seconds, step = 30, 1000
	e, err := goEndpoint()
	if err != nil {
		return err
	}
	defer e.close()
	head("rate, held for 30 s", "late, in each run", "by at most, ms", "CPU s a second", "holds")
	for rate, failed := 2000, 0; failed < 2 && rate <= 50_000; rate += step {
		var late, mostLate, cpu sample
		holds := "yes"
		for range b.runs {
			p, r, err := b.atRate(e.url, rate, seconds)
			if err != nil {
				note("rate %d: %v", rate, err)
				holds = "no"
				continue
			}
			late, mostLate = append(late, float64(r.Requests.Late)), append(mostLate, r.Requests.MostLate)
			cpu = append(cpu, p.cpu.Seconds()/p.wall.Seconds())
			if r.Requests.Late > 0 {
				holds = "no"
			}
		}
		if err := b.ctx.Err(); err != nil {
			return err
		}
		if holds == "no" {
			failed++
		}
		row(fmt.Sprint(rate), late.text(0), mostLate.text(0), cpu.text(2), holds)
	}
	return nil
}
