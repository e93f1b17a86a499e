package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	drawEvery  = 200 * time.Millisecond
	plainEvery = 5 * time.Second // where it cannot be drawn
)

// A Progress shows how far one part of a run is: a bar that is updated in place
// on a terminal, a line every five seconds elsewhere. It is safe for concurrent
// use and never waits for the terminal.
type Progress struct {
	label string
	total int

	mu     sync.Mutex
	done   int
	detail string

	stop    chan struct{}
	stopped sync.WaitGroup
}

// Progress begins to show a part of a run that has so many steps. Without a
// terminal it shows nothing unless plain is asked for. Finish it before the
// next part begins.
func (c *Console) Progress(label string, total int, plain bool) *Progress {
	p := &Progress{label: label, total: total, stop: make(chan struct{})}
	switch {
	case c.errTerminal:
		p.stopped.Go(func() { p.draw(c.progress) })
	case plain:
		p.stopped.Go(func() { p.tell(c) })
	}
	return p
}

// Set says that so many steps are done; detail says more.
func (p *Progress) Set(done int, detail string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.detail = done, detail
}

// Finish ends the showing.
func (p *Progress) Finish() {
	close(p.stop)
	p.stopped.Wait()
}

func (p *Progress) state() (done int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text = fmt.Sprintf("%s %d/%d", p.label, p.done, p.total)
	if p.detail != "" {
		text += ", " + p.detail
	}
	return p.done, text
}

func (p *Progress) tell(c *Console) {
	tick := time.NewTicker(plainEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			_, text := p.state()
			c.Note("%s", text)
		}
	}
}

func (p *Progress) draw(b *bar) {
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			b.set("", 0, 0)
			return
		case <-tick.C:
			done, text := p.state()
			b.set(text, done, p.total)
		}
	}
}

// A bar is the last line of a terminal. It is redrawn as a whole each time, to
// the terminal's width then.
type bar struct {
	mu    sync.Mutex
	to    *os.File
	text  string // empty: there is no bar
	done  int
	total int
	width int // of the terminal, when it was drawn
}

func (b *bar) set(text string, done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text != "" {
		b.erase()
	}
	b.text, b.done, b.total = text, done, total
	b.drawLine()
}

// hide takes the bar away, for lines to be written, until show.
func (b *bar) hide() {
	b.mu.Lock()
	if b.text != "" {
		b.erase()
	}
}

func (b *bar) show() {
	b.drawLine()
	b.mu.Unlock()
}

// drawLine and erase require that b.mu is held.
func (b *bar) drawLine() {
	if b.text == "" {
		return
	}
	width, _, err := term.GetSize(int(b.to.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	b.width = width
	const frame = len(" 100% ||") + 1 // what the library puts around the bar, and the last column
	text := []rune(b.text)
	text = text[:min(len(text), width-frame-1)]
	_ = progressbar.NewOptions(max(b.total, 1),
		progressbar.OptionSetWriter(b.to),
		progressbar.OptionSetDescription(string(text)),
		progressbar.OptionSetWidth(max(1, min(30, width-frame-len(text)))),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
	).Set(min(b.done, max(b.total, 1)))
}

// erase needs no escape codes, which a dumb terminal would show.
func (b *bar) erase() { _, _ = io.WriteString(b.to, "\r"+strings.Repeat(" ", b.width-1)+"\r") }
