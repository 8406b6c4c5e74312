// Command podprobe is what the tests of the cluster run in pods: a web server, and the client side of
// what pods do.
//
//	podprobe serve          answers every request on :8080 with the pod's name
//	podprobe resolve NAME   prints the addresses of a host
//	podprobe fetch URL N    sends N requests on connections of their own, and counts the answers
//	podprobe load URL N S   sends requests on N connections for S seconds, and serves the counts on :8080
//	podprobe eat            takes memory without end
//	podprobe fail           prints a line and exits with code 3
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func serve() error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	http.HandleFunc("/", func(writer http.ResponseWriter, _ *http.Request) { fmt.Fprint(writer, name) })
	server := &http.Server{Addr: ":8080"}
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	context.AfterFunc(stopped, func() { _ = server.Close() })
	fmt.Println("serving")
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func resolve(name string) error {
	addresses, err := net.LookupHost(name)
	fmt.Println(addresses)
	return err
}

func fetch(url, requests string) error {
	left, err := strconv.Atoi(requests)
	if err != nil {
		return err
	}
	client := http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true},
	}
	counts := map[string]int{}
	for ; left > 0; left-- {
		answer, err := client.Get(url)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		answer.Body.Close()
		counts[string(body)]++
	}
	for body, count := range counts {
		fmt.Println(count, body)
	}
	return nil
}

func eat() error {
	var kept [][]byte
	for {
		piece := make([]byte, 16<<20)
		for index := range piece {
			piece[index] = 1
		}
		kept = append(kept, piece)
		fmt.Println(len(kept)*16, "MiB")
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 1 && arguments[0] == "serve":
		return serve()
	case len(arguments) == 2 && arguments[0] == "resolve":
		return resolve(arguments[1])
	case len(arguments) == 3 && arguments[0] == "fetch":
		return fetch(arguments[1], arguments[2])
	case len(arguments) == 4 && arguments[0] == "load":
		return load(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 1 && arguments[0] == "eat":
		return eat()
	case len(arguments) == 1 && arguments[0] == "fail":
		fmt.Println("cannot reach the database")
		os.Exit(3)
	}
	return fmt.Errorf("usage: podprobe serve | resolve NAME | fetch URL N | load URL N S | eat | fail")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
