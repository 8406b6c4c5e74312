package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Between two requests of a connection: short enough to meet every gap, long enough to leave the
// machine to the pods that start.
const pause = 50 * time.Millisecond

// A machine with too much to do answers late; that is not what loses a request.
const patience = 30 * time.Second

// Counts is what became of the requests of one kind.
type Counts struct {
	Answered int            `json:"answered"`
	Lost     int            `json:"lost"`
	Reasons  map[string]int `json:"reasons"`
}

// reason tells what went wrong without the addresses, which differ from request to request.
func reason(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

type counter struct {
	mutex  sync.Mutex
	counts map[string]*Counts
}

func (c *counter) add(kind string, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err == nil {
		c.counts[kind].Answered++
		return
	}
	c.counts[kind].Lost++
	c.counts[kind].Reasons[reason(err)]++
}

func (c *counter) ServeHTTP(writer http.ResponseWriter, _ *http.Request) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	_ = json.NewEncoder(writer).Encode(c.counts)
}

// ask sends one request, which counts as answered only when the whole answer is there.
func ask(client *http.Client, url string) error {
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	return nil
}

// load asks for url from several connections at once until seconds are over, and serves the counts on
// :8080 all the while. Every second connection is kept open as long as the other side does; the others
// take a new one for every request.
func load(url, connections, seconds string) error {
	number, err := strconv.Atoi(connections)
	if err != nil {
		return err
	}
	duration, err := time.ParseDuration(seconds + "s")
	if err != nil {
		return err
	}
	counter := &counter{counts: map[string]*Counts{}}
	for _, kind := range []string{"fresh", "kept"} {
		counter.counts[kind] = &Counts{Reasons: map[string]int{}}
	}
	end := time.Now().Add(duration)
	for index := range number {
		kind := []string{"fresh", "kept"}[index%2]
		client := &http.Client{
			Timeout:   patience,
			Transport: &http.Transport{DisableKeepAlives: kind == "fresh"},
		}
		go func() {
			for time.Now().Before(end) {
				counter.add(kind, ask(client, url))
				time.Sleep(pause)
			}
		}()
	}
	return http.ListenAndServe(":8080", counter)
}
