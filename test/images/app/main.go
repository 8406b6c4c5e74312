// Command app is what end-to-end tests deploy. It behaves well unless its environment tells it not to.
//
//	PORT            where it listens; 8080
//	VERSION         what /version says; baked into the image
//	LOG             lines that it prints first, as they are
//	REQUIRE_ENV     exits with 1 when the variable of this name is not set
//	CRASH_VERSION   exits with 1 when it is of this version
//	CRASH_TIMES     exits with 1 on its first so many starts, which it counts in STATE_FILE
//	ALLOCATE        takes so much memory, such as 64Mi, and keeps it
//	RUN_FOR         exits with 0 after this time and serves nothing, as an init container does
//	EXIT_CODE       exits with it, after EXIT_AFTER (0s)
//	READY_AFTER     /ready answers 503 for this time
//	NEVER_READY     /ready answers 503 for ever
//	STATUS          what / answers with; 200
//	ERROR_RATE      / answers so many per cent of the requests with 500, evenly spread; 0
//	ERRORS_AFTER    only this long after the start
//	ERROR_VERSION   only when it is of this version
//	LOG_ERRORS      logs every 500 of / as a line of JSON, {"level":"error","message":…}
//	LATENCY         / answers only after this time, such as 3s
//	LATENCY_AFTER   only this long after the start
//	METRICS_FROM_START
//	                /metrics has http_requests_total of 200 and 500 before there was such an answer
//	REPORT_VERSION  what /version says instead of VERSION
//	STALE_ORDINAL   only in the pod of a StatefulSet that has this ordinal
//	IGNORE_SIGTERM  goes on when it is told to end
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	started := time.Now()
	if lines := os.Getenv("LOG"); lines != "" {
		log.Print(lines)
	}
	log.Printf("test-app %s starts", version())
	if os.Getenv("IGNORE_SIGTERM") != "" {
		signal.Ignore(syscall.SIGTERM)
	}
	if name := os.Getenv("REQUIRE_ENV"); name != "" && os.Getenv(name) == "" {
		fail(1, "the environment variable "+name+" is not set")
	}
	if os.Getenv("CRASH_VERSION") == version() {
		fail(1, "version "+version()+" is no good")
	}
	crashOnFirstStarts()
	memory := allocate(os.Getenv("ALLOCATE"))
	if os.Getenv("RUN_FOR") != "" {
		time.Sleep(duration("RUN_FOR"))
		log.Print("done")
		return
	}
	if code := number("EXIT_CODE", -1); code >= 0 {
		if after := duration("EXIT_AFTER"); after > 0 {
			time.AfterFunc(after, func() { exit(code) })
		} else {
			exit(code)
		}
	}
	serve(started)
	runtime.KeepAlive(memory)
}

func version() string {
	return os.Getenv("VERSION")
}

func fail(code int, message string) {
	fmt.Fprintln(os.Stderr, "fatal: "+message)
	os.Exit(code)
}

func exit(code int) {
	log.Print("the work is over")
	if code != 0 {
		fail(code, "something went wrong on purpose")
	}
	os.Exit(0)
}

func duration(name string) time.Duration {
	text := os.Getenv(name)
	if text == "" {
		return 0
	}
	value, err := time.ParseDuration(text)
	if err != nil {
		fail(2, name+" is no duration such as 5s: "+text)
	}
	return value
}

func number(name string, fallback int) int {
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	value, err := strconv.Atoi(text)
	if err != nil {
		fail(2, name+" is no number: "+text)
	}
	return value
}

func crashOnFirstStarts() {
	times := number("CRASH_TIMES", 0)
	if times == 0 {
		return
	}
	file := os.Getenv("STATE_FILE")
	if file == "" {
		fail(2, "CRASH_TIMES needs STATE_FILE, on a volume that outlives the container")
	}
	text, _ := os.ReadFile(file)
	before, _ := strconv.Atoi(string(text))
	if err := os.WriteFile(file, []byte(strconv.Itoa(before+1)), 0o644); err != nil {
		fail(2, err.Error())
	}
	if before < times {
		fail(1, fmt.Sprintf("start %d of %d that fail", before+1, times))
	}
}

func allocate(text string) []byte {
	if text == "" {
		return nil
	}
	mebibytes, err := strconv.Atoi(strings.TrimSuffix(text, "Mi"))
	if err != nil || !strings.HasSuffix(text, "Mi") {
		fail(2, "ALLOCATE is no amount such as 64Mi: "+text)
	}
	log.Printf("taking %s of memory", text)
	memory := make([]byte, mebibytes<<20)
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	return memory
}

func serve(started time.Time) {
	readyAt := started.Add(duration("READY_AFTER"))
	neverReady := os.Getenv("NEVER_READY") != ""
	answers := newAnswers(started)
	requests := newMetrics(os.Getenv("METRICS_FROM_START") != "")
	var stopping atomic.Bool

	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		if neverReady || time.Now().Before(readyAt) {
			http.Error(w, "not ready yet", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "{\"status\":\"ok\",\"version\":%q}\n", reportedVersion())
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		requests.write(w)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		status, latency := answers.next()
		time.Sleep(latency)
		if status == http.StatusInternalServerError {
			answers.tell(r.URL.Path)
		}
		requests.add(status, time.Since(begun))
		w.WriteHeader(status)
		fmt.Fprintf(w, "test-app %s\n", version())
	})

	server := &http.Server{Addr: fmt.Sprintf(":%d", number("PORT", 8080)), Handler: mux}
	stopped := make(chan struct{})
	if os.Getenv("IGNORE_SIGTERM") == "" {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
		go func() {
			<-signals
			log.Print("stopping")
			stopping.Store(true)
			_ = server.Shutdown(context.Background())
			close(stopped)
		}()
	}
	log.Printf("serving on %s", server.Addr)
	if err := server.ListenAndServe(); !stopping.Load() {
		fail(1, err.Error())
	}
	<-stopped
	log.Print("stopped")
}
