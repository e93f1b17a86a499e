package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	drawEvery  = 200 * time.Millisecond
	plainEvery = 5 * time.Second // where it cannot be drawn
)

// Progress shows how far one part of a run is until it is finished: a bar that is
// updated in place on a terminal; elsewhere a line every five seconds, if plain
// lines are asked for. Finish it before the next part begins. A total of 0 is one
// that nobody knows.
//
// state says how many steps of the total are done, and more in words. It is asked
// whenever that is shown, from other goroutines, one at a time. Neither Progress
// nor finish waits for it, or for the terminal.
func (c *Console) Progress(label string, total int, plain bool, state func() (done int, detail string)) (finish func()) {
	p := &progress{label: label, total: total, state: state}
	stop := make(chan struct{})
	switch {
	case c.errTerminal:
		c.errStream.show(p)
		go every(drawEvery, stop, c.errStream.redraw)
	case plain:
		go every(plainEvery, stop, func() { p.print(c) })
	}
	return func() {
		close(stop)
		p.finish()
		c.errStream.hide(p)
	}
}

// every does something time and again until stop is closed.
func every(interval time.Duration, stop <-chan struct{}, do func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			do()
		}
	}
}

// A progress is one that is shown.
type progress struct {
	label string
	total int
	state func() (done int, detail string)

	mu       sync.Mutex // guards what follows
	finished bool
}

func (p *progress) text() (done int, text string) {
	done, detail := p.state()
	text = fmt.Sprintf("%s %d", p.label, done)
	if p.total > 0 {
		text += fmt.Sprintf("/%d", p.total)
	}
	if detail != "" {
		text += ", " + detail
	}
	return done, text
}

// print prints a plain line, but none after the progress is finished.
func (p *progress) print(c *Console) {
	_, text := p.text()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.finished {
		c.Note("%s", text)
	}
}

func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished = true
}

// A bar is the last line of a terminal. Drawing and erasing wait for the terminal,
// and need no escape codes, which a dumb one would show. Both cover the whole
// line: keys that were typed, such as ^C, stand there, too.
type bar struct {
	to    *os.File
	drawn bool
}

// draw draws progress over the line, to the terminal's width as it is now.
func (b *bar) draw(p *progress) {
	const frame = len(" 100% ||^C") // what stands around the words and the bar, and room for a typed ^C
	columns := b.columns()
	done, words := p.text()
	done = min(done, p.total)
	text := []rune(words)
	text = text[:min(len(text), columns-frame-1)]
	b.drawn = true
	if p.total == 0 {
		fmt.Fprintf(b.to, "\r%s%s", string(text), strings.Repeat(" ", columns-len(text)))
		return
	}
	length := max(1, min(30, columns-frame-len(text)))
	full := length * done / p.total
	rest := columns - len(text) - len(" 100% ||") - length
	fmt.Fprintf(b.to, "\r%s %3d%% |%s%s|%s", string(text), 100*done/p.total,
		strings.Repeat("█", full), strings.Repeat(" ", length-full), strings.Repeat(" ", rest))
}

func (b *bar) erase() {
	if b.drawn {
		_, _ = io.WriteString(b.to, "\r"+strings.Repeat(" ", b.columns())+"\r")
		b.drawn = false
	}
}

// columns returns how many there are, without the last one, behind which the line
// would go on in the next.
func (b *bar) columns() int {
	width, _, err := term.GetSize(int(b.to.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	return width - 1
}
