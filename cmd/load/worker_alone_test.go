package main

import (
	"bufio"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestWhatAWorkerIsToldWrongly(t *testing.T) {
	for _, tc := range []struct {
		args, env, want string
	}{
		{"--master-host 10.0.0.5", "", "--master-host and --master-port are for --worker"},
		{"--worker --master-port 0", "", "--master-port is not a port"},
		{"--worker", "LOCUST_MASTER_NODE_PORT=x", "LOCUST_MASTER_NODE_PORT is not a port"},
		{"--worker --master-host tcp://a", "", `--master-host "tcp://a" is not the name of a host`},
		{"--worker --master-host 10.0.0.5:5557", "", `--master-host "10.0.0.5:5557" is not the name of a host`},
		{"--worker --master-host [::1]", "", `--master-host "[::1]" is not the name of a host`},
		{"--worker --master-host ::1:x", "", `--master-host "::1:x" is not the name of a host`},
		{"--worker", "LOCUST_MASTER_NODE_HOST=master:5557", `LOCUST_MASTER_NODE_HOST "master:5557" is not the name of a host`},
		{"--merge a.json --worker", "", "--merge sends nothing"},
		{"--merge -x", "", `--merge "-x" is not the name of a file`},
	} {
		cmd := load(t, config("http://127.0.0.1:1/sms", ""), append([]string{"-f", "c.ini", "-d", "d.txt"}, strings.Fields(tc.args)...)...)
		cmd.Env = append(cmd.Env, tc.env)
		if f := finish(t, cmd); f.status != 2 || !strings.Contains(f.stderr, tc.want) {
			t.Errorf("%s %s: status %d, want 2 and %q\n%s", tc.env, tc.args, f.status, tc.want, f.stderr)
		}
	}
	for _, host := range []string{"::1", "fe80::1%eth0", "10.0.0.5", "load-master", "master.example.com"} {
		o, problems := parse([]string{"-f", "c.ini", "-d", "d.txt", "--worker", "--master-host", host})
		if len(problems) > 0 || o.masterHost != host {
			t.Errorf("--master-host %s: %v", host, problems)
		}
	}
}

// What answers is no Locust master: nothing is sent, and it is said at once.
func TestNoLocustMaster(t *testing.T) {
	t.Parallel()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		if conn, err := server.Accept(); err == nil {
			_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
		}
	}()
	cmd := load(t, config("http://127.0.0.1:1/sms", ""), "-f", "c.ini", "-d", "d.txt", "--worker")
	host, port, _ := strings.Cut(server.Addr().String(), ":")
	cmd.Env = append(cmd.Env, "LOCUST_MASTER_NODE_HOST="+host, "LOCUST_MASTER_NODE_PORT="+port)
	f := finish(t, cmd)
	if f.status != 1 || !strings.Contains(f.stderr, "load: error: no Locust master at "+host+":"+port+": what answers is something else") || !strings.Contains(f.stderr, "load: hint: does locust run there") {
		t.Errorf("status %d\n%s", f.status, f.stderr)
	}
}

// The master is told of a dry run that it is one.
func TestAWorkerInADryRun(t *testing.T) {
	t.Parallel()
	m := listen(t)
	_, _, wait := startWorker(t, m, config("http://127.0.0.1:1/sms", "Rate = 1\n"), "--dry_run")
	m.wait("client_ready", 1)
	m.spawn(5)
	m.wait("stats", 1)
	m.say("stop", nil)
	m.wait("client_ready", 2)
	m.say("quit", nil)
	f := wait()
	if _, requests, last, record := ofTest(m.all(), 1); f.status != 0 || !last.DryRun || !record.DryRun || record.Requests.Accepted != int(requests) || requests < 5 {
		t.Errorf("status %d, the stats have %d requests, and beside them %+v; the record has %+v\n%s", f.status, requests, last, record.Requests, f.stderr)
	}
}

// SIGTERM while there is no master: that is all that is said, each time.
func TestAWorkerThatIsTerminatedWithoutAMaster(t *testing.T) {
	t.Parallel()
	for range 20 {
		cmd := load(t, config("http://127.0.0.1:1/sms", ""), "-f", "c.ini", "-d", "d.txt", "--worker", "--master-port", "1")
		stderr, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		told := bufio.NewReader(stderr)
		for line := ""; !strings.Contains(line, "no Locust master at 127.0.0.1:1 yet"); {
			if line, err = told.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		rest, _ := io.ReadAll(told)
		_ = cmd.Wait()
		if status := cmd.ProcessState.ExitCode(); status != 130 || string(rest) != "load: interrupted before anything was begun\n" {
			t.Fatalf("status %d, and then it says\n%s", status, rest)
		}
	}
}
