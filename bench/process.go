package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A process is what one run of a command took, from its start to its end.
type process struct {
	wall, cpu time.Duration
	memory    int64 // most resident at once, in bytes; 0 where there is no /proc to tell
}

// mib is the memory in MiB.
func (p process) mib() float64 { return float64(p.memory) / (1 << 20) }

// measure runs a command. It is killed when the bench is interrupted.
func (b *bench) measure(cmd *exec.Cmd) (process, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return process{}, err
	}
	ended := make(chan struct{})
	memory := make(chan int64)
	go func() { memory <- mostResident(cmd.Process.Pid, ended) }()
	defer context.AfterFunc(b.ctx, func() { _ = cmd.Process.Kill() })()
	err := cmd.Wait()
	p := process{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	close(ended)
	p.memory = <-memory
	if err != nil {
		return p, fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, tail(out.Bytes()), tail(errs.Bytes()))
	}
	return p, nil
}

// record runs a command that writes the record of its run with --json, as measure
// does, and reads the record into a struct.
func (b *bench) record(cmd *exec.Cmd, into any) (process, error) {
	file := filepath.Join(b.dir, "record.json")
	cmd.Args = append(cmd.Args, "--json", file)
	p, err := b.measure(cmd)
	if err != nil {
		return p, err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(content, into)
}

// mostResident watches a process until it has ended, and returns the most
// memory that it held at once, in bytes. The figure that wait(2) gives would not
// do: it is never less than what the parent, we, held at the start.
func mostResident(pid int, ended <-chan struct{}) (most int64) {
	for tick := time.Tick(50 * time.Millisecond); ; {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, peak, ok := strings.Cut(string(status), "VmHWM:"); ok {
			var kB int64
			if _, err := fmt.Sscan(peak, &kB); err == nil {
				most = max(most, kB<<10)
			}
		}
		select {
		case <-tick:
		case <-ended:
			return most
		}
	}
}

func tail(b []byte) []byte { return b[max(0, len(b)-2000):] }

// peerDir is where bench/peers/install puts what does not belong to the system.
const peerDir = "bench/.peers"

// find looks for a peer's program, and says that it is left out if there is none.
func (b *bench) find(name string) (path string, ok bool) {
	for _, dir := range []string{peerDir + "/bin", "/usr/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			path, err = filepath.Abs(path)
			return path, err == nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil && !b.missing[name] {
		b.missing[name] = true
		note("%s is left out: it is not installed (bench/peers/install)", name)
	}
	return path, err == nil
}

// note tells on the side.
func note(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}
