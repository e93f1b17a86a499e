package dialog

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"
)

// chatCookies is how long the cookies of a pair of numbers are kept after its
// last message. Twilio: TwiML for programmable messaging, cookies.
const chatCookies = 4 * time.Hour

// A jar keeps cookies by the rules of net/http/cookiejar, but by the
// conversation's clock: the jar itself is told of no expiry.
type jar struct {
	pair     string // the numbers of a chat
	used     time.Duration
	cookies  *cookiejar.Jar
	expiring []expiring
}

// An expiring cookie is one that is not kept to the end.
type expiring struct {
	at     time.Duration
	url    *url.URL
	cookie *http.Cookie
}

// SetCookies keeps the cookies of an answer from a URL, as Twilio has it: the
// values of its Set-Cookie headers. date is that of its Date header, by which an
// Expires counts; empty: the time of the conversation. What is not a cookie is
// ignored. It is called before the answer is told.
func (c *Conversation) SetCookies(from string, values []string, date string) {
	if len(values) == 0 {
		return
	}
	u := parseChecked(from)
	now := c.now()
	j := c.jarOfPair()
	if j == nil {
		cookies, err := cookiejar.New(nil)
		if err != nil {
			panic(err) // it never fails
		}
		c.jars = append(c.jars, jar{pair: c.pair(), cookies: cookies})
		j = &c.jars[len(c.jars)-1]
	}
	j.used = now
	said, err := http.ParseTime(date)
	if err != nil {
		said = c.start.Add(now)
	}
	for _, value := range values {
		if cookie, err := http.ParseSetCookie(value); err == nil {
			j.set(u, cookie, now, said)
		}
	}
}

func (j *jar) set(u *url.URL, cookie *http.Cookie, now time.Duration, said time.Time) {
	j.expiring = slices.DeleteFunc(j.expiring, func(e expiring) bool {
		return e.cookie.Name == cookie.Name && e.cookie.Domain == cookie.Domain && e.cookie.Path == cookie.Path && e.url.Host == u.Host
	})
	age := time.Duration(cookie.MaxAge) * time.Second
	switch {
	case cookie.MaxAge < 0: // Max-Age=0
	case cookie.MaxAge > 0:
		j.expiring = append(j.expiring, expiring{now + age, u, cookie})
	case !cookie.Expires.IsZero():
		if age = cookie.Expires.Sub(said); age <= 0 {
			cookie.MaxAge = -1
		} else {
			j.expiring = append(j.expiring, expiring{now + age, u, cookie})
		}
	}
	cookie.Expires = time.Time{}
	cookie.MaxAge = min(cookie.MaxAge, 0)
	j.cookies.SetCookies(u, []*http.Cookie{cookie})
}

// Cookie returns the Cookie header of a request to a URL, as Twilio has it; empty
// if there are none.
func (c *Conversation) Cookie(to string) string {
	if len(c.jars) == 0 {
		return ""
	}
	j := c.jarOfPair()
	if j == nil {
		return ""
	}
	now := c.now()
	j.used = now
	j.expiring = slices.DeleteFunc(j.expiring, func(e expiring) bool {
		if e.at > now {
			return false
		}
		e.cookie.MaxAge = -1
		j.cookies.SetCookies(e.url, []*http.Cookie{e.cookie})
		return true
	})
	var all []string
	for _, cookie := range j.cookies.Cookies(parseChecked(to)) {
		all = append(all, cookie.String())
	}
	return strings.Join(all, "; ")
}

// jarOfPair returns the jar of the numbers that talk; nil if there is none.
func (c *Conversation) jarOfPair() *jar {
	c.jars = slices.DeleteFunc(c.jars, func(j jar) bool { return c.isChat() && c.now()-j.used > chatCookies })
	pair := c.pair()
	for i := range c.jars {
		if c.jars[i].pair == pair {
			return &c.jars[i]
		}
	}
	return nil
}

// pair returns the numbers of a chat.
func (c *Conversation) pair() string {
	if !c.isChat() {
		return ""
	}
	return c.person.pair(c.turns, c.from)
}
