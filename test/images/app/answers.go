package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// answers decides what / is answered with, and when.
type answers struct {
	started      time.Time
	status       int
	errorRate    int
	errorsAfter  time.Duration
	errorsHere   bool
	logErrors    bool
	latency      time.Duration
	latencyAfter time.Duration
	// Requests since errors began.
	counted atomic.Int64
}

func newAnswers(started time.Time) *answers {
	errorVersion := os.Getenv("ERROR_VERSION")
	rate := number("ERROR_RATE", 0)
	if rate < 0 || rate > 100 {
		fail(2, "ERROR_RATE is no number of per cent: "+os.Getenv("ERROR_RATE"))
	}
	return &answers{
		started:      started,
		status:       number("STATUS", http.StatusOK),
		errorRate:    rate,
		errorsAfter:  duration("ERRORS_AFTER"),
		errorsHere:   errorVersion == "" || errorVersion == version(),
		logErrors:    os.Getenv("LOG_ERRORS") != "",
		latency:      duration("LATENCY"),
		latencyAfter: duration("LATENCY_AFTER"),
	}
}

// next gives the status of the next answer, and how long it takes. Errors are spread evenly: of any 100
// answers in a row, as many are errors as ERROR_RATE says.
func (a *answers) next() (int, time.Duration) {
	age := time.Since(a.started)
	var latency time.Duration
	if age >= a.latencyAfter {
		latency = a.latency
	}
	if a.errorRate == 0 || !a.errorsHere || age < a.errorsAfter {
		return a.status, latency
	}
	n, rate := a.counted.Add(1), int64(a.errorRate)
	if n*rate/100 > (n-1)*rate/100 {
		return http.StatusInternalServerError, latency
	}
	return a.status, latency
}

// tell logs an error of / as a line of JSON, where LOG_ERRORS says so.
func (a *answers) tell(path string) {
	if !a.logErrors {
		return
	}
	line, _ := json.Marshal(map[string]string{
		"level":   "error",
		"message": "the order could not be saved",
		"path":    path,
		"version": version(),
	})
	log.Print(string(line))
}

// reportedVersion is what /version says: VERSION, unless this pod is told to say something else. A pod's
// hostname is its name.
func reportedVersion() string {
	reported, ordinal := os.Getenv("REPORT_VERSION"), os.Getenv("STALE_ORDINAL")
	if reported == "" {
		return version()
	}
	if name, _ := os.Hostname(); ordinal != "" && !strings.HasSuffix(name, "-"+ordinal) {
		return version()
	}
	return reported
}
