package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"call-load-tester/pkg/twiliosim"
	"call-load-tester/pkg/twiliosim/loopback"
)

const (
	caller      = "+15005550006"
	destination = "+14155550100"
)

// An account is a simulated one behind HTTPS on 127.0.0.1.
type account struct {
	*twiliosim.Account
	server *loopback.Server
	direct *httptest.Server // for a peer that would be another one behind a proxy
	dir    string           // an empty working directory for whoever uses it
}

func (b *bench) newAccount(cfg twiliosim.Config) (*account, error) {
	dir, err := os.MkdirTemp(b.dir, "account")
	if err != nil {
		return nil, err
	}
	sim := twiliosim.New(cfg)
	server, err := loopback.Start(sim, dir)
	if err != nil {
		sim.Close()
		return nil, err
	}
	return &account{sim, server, httptest.NewTLSServer(sim), dir}, nil
}

func (a *account) close() {
	a.Close() // the account first: nobody waits for its answers any more
	a.server.Close()
	a.direct.Close()
}

// command returns a command that takes this account for Twilio.
func (a *account) command(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = a.dir
	cmd.Env = append(os.Environ(), a.server.Env()...)
	cmd.Env = append(cmd.Env, "TWILIO_ACCOUNT_SID=AC00000000000000000000000000000000", "TWILIO_AUTH_TOKEN=none")
	return cmd
}

// start returns the command that places calls and leaves them to themselves.
func (b *bench) start(a *account, calls, cps int) *exec.Cmd {
	return a.command(filepath.Join(b.bin, "start"), "-c", caller, "-d", destination, "-e", "false",
		"--call_count", strconv.Itoa(calls), "--cps", strconv.Itoa(cps))
}

// rate returns the starts a second that arrived, from the first burst to the
// one that begins the last.
func (a *account) rate(cps int) float64 {
	creates := a.Creates()
	last := len(creates) - 1
	if last > cps {
		last -= last % cps
	}
	if last < 1 {
		return 0
	}
	return float64(last) / creates[last].At.Sub(creates[0].At).Seconds()
}

// most returns the most starts that arrived in 0.95 s.
func (a *account) most() int { return a.MostCreates(950 * time.Millisecond) }
