package main

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/gobwas/ws/wsutil"
)

// streams: how late are 15,000 frames of audio a second, when as many come back, in
// 300 calls of 40 s with an agent on this machine?
func streams(b *bench) error {
	const rate, calls = 30, 300
	url, stop, err := serveAgent("Stream", echo)
	if err != nil {
		return err
	}
	defer stop()
	hello, err := filepath.Abs("cmd/load/tw_stream.sample.wav")
	if err != nil {
		return err
	}
	then := fmt.Sprintf(`{"audio": %q}, %s"hangup"`, hello, strings.Repeat(`"", `, 8))
	rows := b.write("streams.txt", `{"Then": [`+then+`]}`+"\n")
	var up, memory, cpu, sent, late, half, p99, worst sample
	for range b.runs {
		var r struct {
			Agents []struct {
				HungUpByCaller int `json:"hung_up_by_caller"`
				Peak           int `json:"peak_live"`
				Frames         int
				FramesLate     int                             `json:"frames_late"`
				Delay          struct{ P50, P99, Max float64 } `json:"frame_delay_ms"`
			}
		}
		p, err := b.record(b.callers(url, rows, calls, rate), &r)
		if err != nil {
			return err
		}
		if len(r.Agents) != 1 || r.Agents[0].HungUpByCaller != calls {
			return fmt.Errorf("not all of %d streams went to their end: %+v", calls, r.Agents)
		}
		a := r.Agents[0]
		up = append(up, float64(a.Peak))
		sent = append(sent, float64(a.Frames))
		half = append(half, a.Delay.P50)
		p99 = append(p99, a.Delay.P99)
		worst = append(worst, a.Delay.Max)
		late = append(late, float64(a.FramesLate))
		memory = append(memory, p.mib())
		cpu = append(cpu, p.cpu.Seconds())
	}
	head("50 frames a second each way in each, with the agent on this machine", "streams at once", "frames sent", "sent after they were due, p50 ms", "p99 ms", "worst ms", "late by 20 ms", "most resident, MiB", "CPU s")
	row("Media Streams", up.text(0), sent.text(0), half.text(2), p99.text(1), worst.text(1), late.text(0), memory.text(0), cpu.text(1))
	return nil
}

// echo sends all audio back.
func echo(conn net.Conn) {
	defer conn.Close()
	between := func(text []byte, before string) []byte {
		_, after, _ := bytes.Cut(text, []byte(before))
		value, _, _ := bytes.Cut(after, []byte(`"`))
		return value
	}
	for {
		text, err := wsutil.ReadClientText(conn)
		if err != nil {
			return
		}
		if payload := between(text, `"payload":"`); len(payload) > 0 {
			back := fmt.Appendf(nil, `{"event":"media","streamSid":"%s","media":{"payload":"%s"}}`, between(text, `"streamSid":"`), payload)
			if wsutil.WriteServerText(conn, back) != nil {
				return
			}
		}
	}
}
