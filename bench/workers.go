package main

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// workers: what does it cost to be a worker of Locust? In turn, load alone and
// load as the one worker of a master on the same computer, 50 connections back to
// back, about as long. Rates are load's own.
func workers(b *bench) error {
	locust, ok := b.find("locust")
	nginx, ok2 := b.find("nginx")
	if !ok || !ok2 {
		return nil
	}
	e, err := nginxEndpoint(b, nginx)
	if err != nil {
		return err
	}
	defer e.close()
	const took = 20 * time.Second
	warm, err := b.alone(e.url, 200_000)
	if err != nil {
		return err
	}
	requests := int(warm.rate*took.Seconds()) / connections * connections
	var alone, worker struct{ rate, cpu sample }
	for range b.runs {
		a, err := b.alone(e.url, requests)
		if err != nil {
			return err
		}
		w, err := b.asWorker(locust, e.url, took)
		if err != nil {
			return err
		}
		alone.rate, alone.cpu = append(alone.rate, a.rate), append(alone.cpu, a.cpu)
		worker.rate, worker.cpu = append(worker.rate, w.rate), append(worker.cpu, w.cpu)
	}
	head("nginx endpoint, 50 connections", "requests a second", "CPU s per 10,000 requests", "rate over that alone", "CPU over that alone")
	row("load alone", alone.rate.text(0), alone.cpu.text(3), "", "")
	row("load as a worker", worker.rate.text(0), worker.cpu.text(3), worker.rate.over(alone.rate).text(3), worker.cpu.over(alone.cpu).text(3))
	return nil
}

// cost is the rate of a run, and the CPU seconds for 10,000 of its requests.
type cost struct{ rate, cpu float64 }

func (b *bench) alone(url string, requests int) (cost, error) {
	return b.costOf(b.load(url, requests, 0))
}

// asWorker measures load as the worker of a master that tests for so long.
func (b *bench) asWorker(locust, url string, took time.Duration) (cost, error) {
	port, err := freePort()
	if err != nil {
		return cost{}, err
	}
	page, err := freePort()
	if err != nil {
		return cost{}, err
	}
	text, err := exec.Command(filepath.Join(b.bin, "load"), "--locustfile").Output()
	if err != nil {
		return cost{}, err
	}
	master := exec.CommandContext(b.ctx, locust, "-f", b.write("twilio.py", string(text)), "--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port,
		"--web-host", "127.0.0.1", "--web-port", page, "--expect-workers", "1", "--autostart", "--autoquit", "0",
		"-u", strconv.Itoa(connections), "-r", strconv.Itoa(connections), "-t", fmt.Sprintf("%ds", int(took.Seconds())), "--stop-timeout", "10", "--logfile", filepath.Join(b.dir, "locust.log"))
	if err := master.Start(); err != nil {
		return cost{}, err
	}
	defer func() { _ = master.Process.Kill(); _ = master.Wait() }()
	return b.costOf(b.load(url, connections, 0, "--worker", "--master-port", port))
}

func (b *bench) costOf(cmd *exec.Cmd) (cost, error) {
	var r struct {
		Rate     float64 `json:"requests_per_second"`
		Requests struct {
			Accepted int `json:"accepted"`
			Sent     int `json:"sent"`
		} `json:"requests"`
	}
	p, err := b.record(cmd, &r)
	if err != nil {
		return cost{}, err
	}
	if r.Requests.Sent == 0 || r.Requests.Accepted != r.Requests.Sent {
		return cost{}, fmt.Errorf("%d of %d requests were accepted", r.Requests.Accepted, r.Requests.Sent)
	}
	return cost{r.Rate, p.cpu.Seconds() * 10_000 / float64(r.Requests.Sent)}, nil
}

// freePort returns a port that is free a moment later.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
