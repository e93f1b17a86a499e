package main

import (
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"call-load-tester/pkg/twiliosim"
)

// findNode looks for Node and Twilio's helper library for it.
func (b *bench) findNode() (path string, ok bool) {
	if path, ok = b.find("node"); !ok {
		return "", false
	}
	if _, err := os.Stat(peerDir + "/node_modules/twilio"); err != nil {
		note("the official Node helper is left out: it is not installed (bench/peers/install)")
		return "", false
	}
	return path, true
}

// node returns a command that runs bench/peers/calls.js on the account. It is
// led there without a proxy: behind one the helper opens a connection for each
// request, where it keeps 20 otherwise.
func (a *account) node(node string, args ...string) *exec.Cmd {
	script, _ := filepath.Abs("bench/peers/calls.js")
	modules, _ := filepath.Abs(peerDir + "/node_modules")
	certificate := filepath.Join(a.dir, "direct.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: a.direct.Certificate().Raw}
	_ = os.WriteFile(certificate, pem.EncodeToMemory(block), 0o644)
	cmd := exec.Command(node, append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "NODE_EXTRA_CA_CERTS="+certificate,
		"API="+a.direct.URL, "FROM="+caller, "TO="+destination)
	return cmd
}

// placeWithNode places calls with Twilio's helper library for Node: at-once or
// in-turn.
func (b *bench) placeWithNode(node string, cfg twiliosim.Config, calls int, how string) (placement, error) {
	a, err := b.newAccount(cfg)
	if err != nil {
		return placement{}, err
	}
	defer a.close()
	p, err := b.measure(a.node(node, "start", how, strconv.Itoa(calls)))
	if err != nil {
		return placement{}, err
	}
	creates := a.Creates()
	if len(creates) != calls {
		return placement{}, fmt.Errorf("%d creates arrived, want %d", len(creates), calls)
	}
	took := creates[calls-1].At.Sub(creates[0].At)
	return placement{p, float64(calls-1) / took.Seconds(), a.most()}, nil
}

// placeWithSIPp calls another SIPp on this machine: SIP, and no API.
func (b *bench) placeWithSIPp(sipp string, calls, cps int) (placement, error) {
	server := exec.Command(sipp, "-sn", "uas", "-i", "127.0.0.1", "-p", "15060", "-nostdin")
	if err := server.Start(); err != nil {
		return placement{}, err
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	p, err := b.measure(exec.Command(sipp, "-sn", "uac", "-i", "127.0.0.1", "-p", "15070", "-nostdin",
		"-r", strconv.Itoa(cps), "-m", strconv.Itoa(calls), "-d", "0", "127.0.0.1:15060"))
	return placement{process: p, rate: float64(calls) / p.wall.Seconds()}, err
}
