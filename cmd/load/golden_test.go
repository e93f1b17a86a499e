package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"call-load-tester/cmd/internal/golden"
	"call-load-tester/pkg/attack"
	"call-load-tester/pkg/failures"
	"call-load-tester/pkg/report"
	loadreport "call-load-tester/pkg/report/load"
)

// The JSON of a run is a contract, and so are the lines of its text. Each run
// here is one in fake time, from its configuration to its record, against an
// endpoint that answers by the text of a message. To write the files anew:
//
//	go test ./cmd/load -run Golden -update
func TestGolden(t *testing.T) {
	reply := func(text string) string {
		return http200("text/xml", "<Response><Message>"+text+"</Message></Response>")
	}
	for _, tc := range []struct {
		name    string // of the files
		ini     string // without the token and the URI
		rows    []string
		answers map[string]answer // by Body
		change  func(*setup)
		stop    time.Duration // when the run is interrupted, if above 0
	}{
		{
			name: "closed",
			ini: "[Load]\nUsers = 50\nConcurrency = 4\n[Cost]\nReceive = 0.0083\nSend = 0.0079\nMMS = 0.02\n" +
				"[Pass]\nFailed = 1%\nP99 = 500ms\n",
			rows: []string{"quick", "slow", "media"},
			answers: map[string]answer{
				"quick": {after: 10 * time.Millisecond, text: reply("Thanks")},
				"slow":  {after: 400 * time.Millisecond, text: reply("Mañana 😀")},
				"media": {after: 20 * time.Millisecond, text: http200("text/xml", "<Response><Message><Media>https://a.example/a.png</Media></Message><Message>two</Message></Response>")},
			},
		},
		{
			name: "open",
			ini:  "[Load]\nUsers = 12\nConcurrency = 10\nRate = 25\nMaxInFlight = 20\n[Pass]\nP99 = 1s\n",
			rows: []string{"quick", "slow"},
			answers: map[string]answer{
				"quick": {after: 10 * time.Millisecond, text: reply("Thanks")},
				"slow":  {after: 1300 * time.Millisecond, text: http204},
			},
		},
		{
			name: "faults",
			ini:  "[Load]\nUsers = 30\nConcurrency = 1\nTimeout = 5s\n[Cost]\nUnit = 0.0079\n[Pass]\nFailed = 50%\nP99 = 1s\n",
			rows: []string{"good", "status", "rubbish", "noise", "html", "close", "cut", "silent", "redirect", "json"},
			answers: map[string]answer{
				"good":     {after: time.Millisecond, text: reply("Thanks")},
				"status":   {after: 2 * time.Millisecond, text: "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"},
				"rubbish":  {after: 3 * time.Millisecond, text: http200("text/xml", "<Response><Message></Response>")},
				"noise":    {after: 4 * time.Millisecond, text: "220 mail.example ESMTP\r\n\r\n", close: true},
				"html":     {after: 5 * time.Millisecond, text: http200("text/html", "<html><body>It works!</body></html>")},
				"close":    {after: 6 * time.Millisecond, close: true},
				"cut":      {after: 7 * time.Millisecond, text: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<Resp", close: true},
				"silent":   {after: time.Minute, close: true},
				"redirect": {after: 8 * time.Millisecond, text: "HTTP/1.1 307 Temporary Redirect\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"},
				"json":     {after: 9 * time.Millisecond, text: http200("application/json", "{}")},
			},
		},
		{
			name: "open_faults",
			ini:  "[Load]\nUsers = 8\nConcurrency = 20\nRate = 40\nTimeout = 2s\nBadSignature = 25%\n",
			rows: []string{"good", "status", "cut", "silent", "good"},
			answers: map[string]answer{
				"good":   {after: time.Millisecond, text: reply("Thanks"), guarded: true},
				"status": {after: 250 * time.Millisecond, text: "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
				"cut":    {after: 700 * time.Millisecond, text: "HTTP/1.1 200 OK\r\nContent-Le", close: true},
				"silent": {after: time.Minute, close: true},
			},
		},
		{
			name:    "own_limit",
			ini:     "[Load]\nUsers = 3\nConcurrency = 2\n",
			rows:    []string{"good"},
			answers: map[string]answer{},
			change: func(p *setup) {
				p.attack.Connect = func(context.Context, string) (net.Conn, error) {
					return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}
				}
			},
		},
		{
			name: "forged",
			ini:  "[Load]\nUsers = 100\nConcurrency = 5\nBadSignature = 12.5%\n[Pass]\nFailed = 0\n",
			rows: []string{"good"},
			answers: map[string]answer{
				"good": {after: 50 * time.Millisecond, text: reply("Thanks"), guarded: true},
			},
		},
		{
			name: "let_through",
			ini:  "[Load]\nKind = voice\nMethod = GET\nUsers = 10\nConcurrency = 10\nBadSignature = 10%\n[Pass]\nFailed = 5%\n",
			rows: []string{"good"},
			answers: map[string]answer{
				"": {after: 50 * time.Millisecond, text: http200("text/xml", "<Response><Say>Hello</Say></Response>")},
			},
			change: func(p *setup) { p.dryRun = true },
		},
		{
			name: "interrupted",
			ini:  "[Load]\nUsers = 1000\nConcurrency = 3\n[Pass]\nFailed = 5%\n",
			rows: []string{"good"},
			answers: map[string]answer{
				"good": {after: 300 * time.Millisecond, text: http204},
			},
			stop: 2 * time.Second,
		},
		{
			name: "interrupted_open",
			ini:  "[Load]\nUsers = 1000\nConcurrency = 3\nRate = 10\nMaxInFlight = 15\n",
			rows: []string{"good", "stalled"},
			answers: map[string]answer{
				"good":    {after: 30 * time.Millisecond, text: http204},
				"stalled": {after: 12 * time.Second, text: http204},
			},
			stop: 5700 * time.Millisecond,
		},
		{
			name:    "nothing",
			ini:     "[Load]\nKind = status\nUsers = 10\nConcurrency = 3\n[Pass]\nFailed = 5%\nP99 = 1s\n",
			rows:    []string{"good"},
			answers: map[string]answer{},
			stop:    -1,
		},
		{
			name: "long",
			ini:  "[Load]\nUsers = 501\nConcurrency = 2\nRate = 3\n",
			rows: []string{"good", "slow", "good"},
			answers: map[string]answer{
				"good": {after: 30 * time.Millisecond, text: http204},
				"slow": {after: 900 * time.Millisecond, text: http204},
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := goldenSetup(t, tc.ini, tc.rows)
			if tc.change != nil {
				tc.change(p)
			}
			if p.attack.Connect == nil {
				p.attack.Connect = answering(p, tc.answers)
			}
			runGolden(t, tc.name, p, tc.stop)
		})
	}
}

// Whole calls and chats, with the phone menu and the survey of dry runs; faults
// are answers of paths, by their last part.
func TestGoldenOfConversations(t *testing.T) {
	for _, tc := range []struct {
		name   string // of the files
		url    string // unless it is that of all
		rows   string // of a sample
		ini    string
		faults map[string]answer
		stop   time.Duration
	}{
		{
			name: "calls",
			rows: "tw_call.sample.txt",
			ini: "[Load]\nKind = call\nPace = real\nUsers = 8\nConcurrency = 10\nRate = 7\nRamp = 3s\nBadSignature = 5%\nStatusURI = http://a.example:8080/status?key=2\n" +
				"[Cost]\nMinute = 0.0085\n[Pass]\nConversations = 100%\nP99 = 1s\n",
		},
		{
			name: "calls_faults",
			rows: "tw_call.sample.txt",
			ini: "[Load]\nKind = call\nUsers = 8\nConcurrency = 3\nStatusURI = http://a.example:8080/status\nFallbackURI = http://a.example:8080/fallback\n" +
				"[Cost]\nMinute = 0.0085\n[Pass]\nConversations = 99%\n",
			faults: map[string]answer{
				"saved":    {after: 40 * time.Millisecond, close: true},
				"account":  {after: 15 * time.Minute, close: true},
				"dialed":   {after: 10 * time.Millisecond, text: http200("text/xml", "<Response><Redirect>http://elsewhere.example/</Redirect></Response>")},
				"status":   {after: 5 * time.Millisecond, text: "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"},
				"fallback": {after: 50 * time.Millisecond, text: http200("text/xml", "<Response><Redirect>fallback</Redirect></Response>")},
			},
		},
		{
			name: "calls_interrupted",
			rows: "tw_call.sample.txt",
			ini:  "[Load]\nKind = call\nPace = real\nUsers = 100\nConcurrency = 10\nRate = 11\nStatusURI = http://a.example:8080/status\n[Cost]\nMinute = 0.0085\n",
			stop: 14500 * time.Millisecond,
		},
		{
			name: "chats",
			rows: "tw_chat.sample.txt",
			ini:  "[Load]\nKind = chat\nUsers = 15\nConcurrency = 4\n[Call]\nThink = 20s\n[Cost]\nUnit = 0.0083\n[Pass]\nConversations = 99%\nFailed = 0\n",
		},
		{
			name: "agents",
			url:  "http://a.example:8080/voice-agent",
			rows: "tw_agent.sample.txt",
			ini: "[Load]\nKind = call\nPace = real\nUsers = 8\nConcurrency = 10\nRate = 10\nRamp = 4s\nBadSignature = 5%\n" +
				"[Agent]\nThink = 1s\nPatience = 90ms\n[Cost]\nMinute = 0.0085\n[Pass]\nFirstWord = 90ms\n",
		},
		{
			name: "streams",
			url:  "http://a.example:8080/voice-agent",
			rows: "tw_stream.sample.txt",
			ini:  "[Load]\nKind = call\nUsers = 3\nConcurrency = 2\n[Agent]\nSilence = 500ms\n[Pass]\nFirstWord = 1s\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rows, err := os.ReadFile(tc.rows)
			if err != nil {
				t.Fatal(err)
			}
			p := goldenConfig(t, tc.ini)
			p.attack.Envelope.URL = cmp.Or(tc.url, p.attack.Envelope.URL)
			if problems := p.readData(tc.rows, string(rows)); len(problems) > 0 {
				t.Fatal(problems)
			}
			p.attack.Connect = standingIn(p, tc.faults)
			runGolden(t, tc.name, p, tc.stop)
		})
	}
}

// runGolden runs a plan in fake time, until it is interrupted if stop is not 0,
// and compares the files of that name with what it says.
func runGolden(t *testing.T, name string, p *setup, stop time.Duration) {
	t.Helper()
	var record []byte
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if stop != 0 {
			time.AfterFunc(stop, cancel)
			synctest.Wait()
		}
		var failed golden.Lines
		if max, asked := failuresMax[name]; asked {
			p.attack.Failures = failures.New(&failed, max)
		}
		test, err := attack.New(p.attack)
		if err != nil {
			t.Fatal(err)
		}
		result := test.Run(ctx)
		if p.attack.Failures != nil {
			counts, err := p.attack.Failures.Close()
			if err != nil {
				t.Error(err)
			}
			result.Failures = &counts
			golden.Check(t, "golden/"+name+".failures.ndjson", failed.Sorted(randomSID))
		}
		result.Began = result.Began.UTC()
		p.sign(result)
		result.Runs = nil // at random
		shown := loadreport.Report{Result: result}
		var text, json bytes.Buffer
		if err := errors.Join(shown.Text(&text), report.JSON(&json, shown)); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "golden/"+name+".txt", text.String())
		golden.Check(t, "golden/"+name+".json", string(encoded.ReplaceAllFunc(json.Bytes(), counted)))
		readAgain(t, json.Bytes())
		record = json.Bytes()
		time.Sleep(time.Hour) // until the endpoint is done too
	})
	checkSummaryOfMany(t, record, p.attack.Pass)
}
