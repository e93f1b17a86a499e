package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// plainEvery is how often progress is told where it cannot be drawn.
const plainEvery = 5 * time.Second

// A Progress shows how far long work is: a bar that is updated in place on a
// terminal, a line every five seconds elsewhere. It is safe for concurrent use;
// a nil Progress shows nothing.
type Progress struct {
	mu     sync.Mutex
	bar    *progressbar.ProgressBar // nil without a terminal
	line   func(string)
	label  string
	done   int
	total  int
	detail string
	told   time.Time
}

// Progress begins to show work of so many parts on standard error. Without a
// terminal it shows nothing unless plain is asked for.
func (c *Console) Progress(label string, total int, plain bool) *Progress {
	p := &Progress{label: label, total: total, told: time.Now()}
	switch {
	case c.errTerminal:
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(rawWriter{c.Err}),
			progressbar.OptionSetDescription(label),
			progressbar.OptionShowCount(),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSetWidth(20),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
		c.progress = p
	case plain:
		p.line = func(text string) { c.Note("%s", text) }
	}
	return p
}

// rawWriter goes around the hiding of the bar, to draw the bar itself.
type rawWriter struct{ to io.Writer }

func (w rawWriter) Write(b []byte) (int, error) {
	if s, ok := w.to.(*stream); ok {
		return s.to.Write(b)
	}
	return w.to.Write(b)
}

// Set shows that so many parts are done; detail says more.
func (p *Progress) Set(done int, detail string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	p.done, p.detail = done, detail
	if p.bar != nil {
		p.bar.Describe(p.label + " " + detail)
		_ = p.bar.Set(min(done, p.total))
	}
	due := p.line != nil && time.Since(p.told) >= plainEvery
	if due {
		p.told = time.Now()
	}
	p.mu.Unlock()
	if due {
		p.line(fmt.Sprintf("%s %d of %d %s", p.label, done, p.total, detail))
	}
}

// Finish takes the bar away.
func (p *Progress) Finish() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}

// hide takes the bar away while a line is printed, and returns what brings it
// back.
func (p *Progress) hide() func() {
	if p == nil {
		return func() {}
	}
	p.mu.Lock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	return func() {
		if p.bar != nil {
			_ = p.bar.RenderBlank()
		}
		p.mu.Unlock()
	}
}
