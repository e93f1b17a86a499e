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
// use, and none of its methods waits for the terminal.
type Progress struct {
	label  string
	total  int
	stream *stream
	stop   chan struct{}

	mu     sync.Mutex // guards what follows
	done   int
	detail string
}

// Progress begins to show a part of a run that has so many steps. Without a
// terminal it shows nothing unless plain is asked for. Finish it before the
// next part begins.
func (c *Console) Progress(label string, total int, plain bool) *Progress {
	p := &Progress{label: label, total: total, stream: c.errStream, stop: make(chan struct{})}
	switch {
	case c.errTerminal:
		p.stream.show(p)
		go p.every(drawEvery, p.stream.redraw)
	case plain:
		go p.every(plainEvery, func() {
			_, text := p.state()
			c.Note("%s", text)
		})
	}
	return p
}

// Set says that so many steps are done; detail says more.
func (p *Progress) Set(done int, detail string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.detail = done, detail
}

// Finish ends the showing. A bar goes as soon as the terminal takes it.
func (p *Progress) Finish() {
	close(p.stop)
	p.stream.hide(p)
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

// every shows the progress time and again until it is finished.
func (p *Progress) every(interval time.Duration, show func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			show()
		}
	}
}

// A bar is the last line of a terminal. It is redrawn as a whole each time, to
// the terminal's width then. Drawing and erasing wait for the terminal.
type bar struct {
	to    *os.File
	width int // of the terminal, when the bar was drawn; 0 if there is none
}

func (b *bar) draw(p *Progress) {
	if p == nil {
		return
	}
	width, _, err := term.GetSize(int(b.to.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	b.width = width
	const frame = len(" 100% ||") + 1 // what the library puts around the bar, and the last column
	done, state := p.state()
	text := []rune(state)
	text = text[:min(len(text), width-frame-1)]
	_ = progressbar.NewOptions(max(p.total, 1),
		progressbar.OptionSetWriter(b.to),
		progressbar.OptionSetDescription(string(text)),
		progressbar.OptionSetWidth(max(1, min(30, width-frame-len(text)))),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
	).Set(min(done, max(p.total, 1)))
}

// erase needs no escape codes, which a dumb terminal would show.
func (b *bar) erase() {
	if b.width > 0 {
		_, _ = io.WriteString(b.to, "\r"+strings.Repeat(" ", b.width-1)+"\r")
		b.width = 0
	}
}
