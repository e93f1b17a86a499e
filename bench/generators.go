package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

const (
	token = "12345566778"

	// form is a message as load sends it, for those who cannot make one.
	form = "AccountSid=AC00000000000000000000000000000000&ApiVersion=2010-04-01&Body=4566&From=%2B14155550101&FromCity=SAN+FRANCISCO" +
		"&FromCountry=US&FromState=CA&FromZip=94105&MessageSid=SM00000000000000000000000000000000&NumMedia=0&NumSegments=1" +
		"&SmsMessageSid=SM00000000000000000000000000000000&SmsSid=SM00000000000000000000000000000000&SmsStatus=received&To=%2B15005550006" +
		"&ToCity=&ToCountry=US&ToState=CA&ToZip="
	formType = "application/x-www-form-urlencoded"
)

// A generator sends requests to an endpoint.
type generator struct {
	name     string
	requests int // in one run, some seconds' worth; 0 if it is told 5 seconds instead
	command  func(requests int) *exec.Cmd
}

// generators are load and those peers that are installed.
func (b *bench) generators(url string) []generator {
	body := b.write("form", form)
	n := strconv.Itoa
	all := []generator{{"load: fresh, signed, judged", 400_000, func(requests int) *exec.Cmd { return b.load(url, requests, 0) }}}
	for _, peer := range []struct {
		program, name string
		requests      int
		args          func(requests int) []string
	}{
		{"bombardier", "bombardier (fasthttp)", 400_000, func(requests int) []string {
			return []string{"-c", n(connections), "-n", n(requests), "-m", "POST", "-f", body, "-H", "Content-Type: " + formType, "-p", "r", url}
		}},
		{"fortio", "fortio (fast client)", 400_000, func(requests int) []string {
			return []string{"load", "-c", n(connections), "-n", n(requests), "-qps", "0", "-payload-file", body, "-content-type", formType, "-loglevel", "Error", url}
		}},
		{"wrk", "wrk", 0, func(int) []string {
			return []string{"-t", "2", "-c", n(connections), "-d", "5", "-s", "bench/peers/post.lua", url, "--", body}
		}},
		{"ab", "ab, 1 thread", 400_000, func(requests int) []string {
			return []string{"-q", "-k", "-c", n(connections), "-n", n(requests), "-p", body, "-T", formType, url}
		}},
		{"hey", "hey", 200_000, func(requests int) []string {
			return []string{"-c", n(connections), "-n", n(requests), "-m", "POST", "-D", body, "-T", formType, url}
		}},
		{"vegeta", "vegeta, as fast as it can", 0, func(int) []string {
			return b.vegeta(url, "-rate", "0", "-max-workers", n(connections), "-duration", "5s")
		}},
		{"k6", "k6, plain", 80_000, func(requests int) []string {
			return b.k6("plain", url, "--vus", n(connections), "--iterations", n(requests))
		}},
		{"k6", "k6, signing each request", 80_000, func(requests int) []string {
			return b.k6("signed", url, "--vus", n(connections), "--iterations", n(requests))
		}},
		{"tw_load", "tw_load (signs once)", 80_000, func(requests int) []string {
			config := b.write("tw_load.ini", fmt.Sprintf("[Auth]\nToken=%s\n[Load]\nUsers=%d\nConcurrency=%d\nURI=%s\n[Cost]\nUnit=0.01\n", token, requests/connections, connections, url))
			data := b.write("tw_data.ini", "[Data]\nRaw="+`[{"name":"Body","value":"4566"},{"name":"From","value":"+14155550101"},{"name":"MessageSid","value":"SM00000000000000000000000000000000"}]`+"\n")
			return []string{"-f", config, "-d", data}
		}},
	} {
		if len(b.only) > 0 && !slices.Contains(b.only, peer.program) {
			continue
		}
		if path, ok := b.find(peer.program); ok {
			all = append(all, generator{peer.name, peer.requests, func(requests int) *exec.Cmd {
				return exec.Command(path, peer.args(requests)...)
			}})
		}
	}
	return all
}

// load returns the command that sends messages, back to back or, if rate is
// not 0, at that rate.
func (b *bench) load(url string, requests, rate int, args ...string) *exec.Cmd {
	config := fmt.Sprintf("[Auth]\nToken = %s\n[Load]\nURI = %s\nUsers = %d\nConcurrency = %d\n", token, url, requests/connections, connections)
	if rate > 0 {
		config += fmt.Sprintf("Rate = %d\nMaxInFlight = 50000\n", rate)
	}
	args = append([]string{"-f", b.write("load.ini", config), "-d", b.write("rows.txt", `{"Body": "4566", "From": "+14155550101"}`+"\n")}, args...)
	return exec.Command(filepath.Join(b.bin, "load"), args...)
}

// vegeta returns the arguments of an attack with the form.
func (b *bench) vegeta(url string, args ...string) []string {
	target := b.write("target", fmt.Sprintf("POST %s\nContent-Type: %s\n@%s\n", url, formType, b.write("form", form)))
	return append([]string{"attack", "-targets", target, "-output", os.DevNull}, args...)
}

// k6 returns the arguments of a run of one of the scripts beside.
func (b *bench) k6(script, url string, args ...string) []string {
	args = append([]string{"run", "--quiet", "--no-usage-report", "--summary-mode", "disabled",
		"-e", "URL=" + url, "-e", "TOKEN=" + token, "-e", "FORM=" + b.write("form", form)}, args...)
	return append(args, "bench/peers/"+script+".js")
}

// write writes a file into the bench's directory, which is ours alone.
func (b *bench) write(name, content string) string {
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		panic(err)
	}
	return path
}
