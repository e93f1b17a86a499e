package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"call-load-tester/pkg/twiliosim"
)

// memory: does it grow with the work?
func memory(b *bench) error {
	const calls = 100_000
	var placing sample
	for range b.runs {
		a, err := b.newAccount(twiliosim.Config{})
		if err != nil {
			return err
		}
		cmd := b.start(a, calls, 1000)
		cmd.Args = append(cmd.Args, "-e", "true")
		p, err := b.measure(cmd)
		created, live := len(a.Creates()), len(a.Live())
		a.close()
		if err == nil && (created != calls || live > 0) {
			err = fmt.Errorf("%d calls were placed and %d are live, want %d and none", created, live, calls)
		}
		if err != nil {
			return err
		}
		placing = append(placing, p.mib())
	}
	head("work", "requests", "most resident, MiB")
	row("start, cap 1,000, and hanging up", fmt.Sprint(calls), placing.text(0))

	e, err := goEndpoint()
	if nginx, ok := b.find("nginx"); ok && err == nil {
		e.close()
		e, err = nginxEndpoint(b, nginx)
	}
	if err != nil {
		return err
	}
	defer e.close()
	for _, requests := range []int{100_000, 1_000_000, 10_000_000} {
		var sending sample
		for range b.runs {
			before, _ := e.count()
			p, err := b.measure(b.load(e.url, requests, 0))
			if err != nil {
				return err
			}
			if after, _ := e.count(); after-before != int64(requests) {
				return fmt.Errorf("%d of %d requests arrived", after-before, requests)
			}
			sending = append(sending, p.mib())
		}
		row("load, 50 connections", fmt.Sprint(requests), sending.text(0))
	}
	return nil
}

// footprint: how long does the first build take, how large are the commands,
// how soon do they answer?
func footprint(b *bench) error {
	var build sample
	for range b.runs {
		cache, err := os.MkdirTemp(b.dir, "cache")
		if err != nil {
			return err
		}
		cmd := exec.Command("go", "build", "./...")
		cmd.Env = append(os.Environ(), "GOCACHE="+cache)
		p, err := b.measure(cmd)
		if err != nil {
			return err
		}
		_ = os.RemoveAll(cache)
		build = append(build, p.wall.Seconds())
	}
	head("command", "MB", "--help, ms")
	for _, name := range []string{"start", "end", "load"} {
		path := filepath.Join(b.bin, name)
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		var help sample
		for range 10 * b.runs {
			p, err := b.measure(exec.Command(path, "--help"))
			if err != nil {
				return err
			}
			help = append(help, float64(p.wall.Microseconds())/1000)
		}
		row(name, fmt.Sprintf("%.1f", float64(info.Size())/1e6), help.text(1))
	}
	fmt.Printf("\n`go build ./...` from an empty build cache: %s s\n", build.text(1))
	return nil
}
