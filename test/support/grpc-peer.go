// A peer on grpc-go: `server PORT LOG`, or `client HOST:PORT CALLS [pause]`. See grpc-peer.ts for what they say to each other.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"
)

// Messages are bytes that are made by hand.
type bytesCodec struct{}

func (bytesCodec) Marshal(value interface{}) ([]byte, error) { return *value.(*[]byte), nil }
func (bytesCodec) Unmarshal(content []byte, value interface{}) error {
	*value.(*[]byte) = append([]byte{}, content...)
	return nil
}
func (bytesCodec) String() string { return "proto" }
func (bytesCodec) Name() string   { return "proto" }

func fail(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func main() {
	if os.Args[1] == "server" {
		serve(os.Args[2], os.Args[3])
	} else {
		calls, err := strconv.Atoi(os.Args[3])
		fail(err)
		load(os.Args[2], calls, len(os.Args) > 4)
	}
}

func size(messages [][]byte) int {
	sum := 0
	for _, message := range messages {
		sum += len(message)
	}
	return sum
}

func serve(port string, path string) {
	log, err := os.Create(path)
	fail(err)
	handler := func(_ interface{}, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		received, sent := [][]byte{}, [][]byte{}
		answer := func(content []byte) error {
			sent = append(sent, content)
			return stream.SendMsg(&content)
		}
		code := codes.OK
		for {
			var content []byte
			if err := stream.RecvMsg(&content); err == io.EOF {
				break
			} else if err != nil {
				return err
			}
			received = append(received, content)
			if method == "/shop.Cart/Talk" {
				answer(content)
			}
			if method == "/shop.Cart/Hang" {
				answer(content)
				<-stream.Context().Done()
				fmt.Fprintf(log, "POST %s 200 1 1 %d %d -\n", method, len(content), len(content))
				return nil
			}
		}
		last := received[len(received)-1]
		switch method {
		case "/shop.Cart/Add", "/shop.Cart/Pack":
			if len(last)%10 == 0 {
				code = codes.InvalidArgument
			} else {
				answer(last)
			}
		case "/shop.Cart/Watch":
			for at := 0; at <= len(last)%5; at++ {
				answer(last)
			}
		case "/shop.Cart/Send":
			answer(last)
		}
		fmt.Fprintf(log, "POST %s 200 %d %d %d %d %d\n", method, len(received), len(sent), size(received), size(sent), code)
		if code != codes.OK {
			return status.Error(code, "not so")
		}
		return nil
	}
	listener, err := net.Listen("tcp", ":"+port)
	fail(err)
	server := grpc.NewServer(grpc.CustomCodec(bytesCodec{}), grpc.UnknownServiceHandler(handler))
	fmt.Println("listening")
	fail(server.Serve(listener))
}

func load(target string, calls int, pauses bool) {
	connection, err := grpc.Dial(target, grpc.WithInsecure(), grpc.WithBlock(), grpc.WithDefaultCallOptions(grpc.ForceCodec(bytesCodec{})))
	fail(err)
	half := calls / 2
	if !pauses {
		half = calls
	}
	many(connection, 0, half)
	if pauses {
		fmt.Println("half")
		os.Stdin.Read(make([]byte, 1))
		many(connection, half, calls)
	}
	connection.Close()
	fmt.Println("done")
}

func many(connection *grpc.ClientConn, from int, until int) {
	var wait sync.WaitGroup
	next := make(chan int)
	for worker := 0; worker < 20; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for index := range next {
				all(connection, index)
			}
		}()
	}
	for index := from; index < until; index++ {
		next <- index
	}
	close(next)
	wait.Wait()
}

// What message number `index` holds: 1: a mail address, 2: a number, 3: a text.
func content(index int) []byte {
	text := make([]byte, 1+index%100)
	for at := range text {
		text[at] = 'g'
	}
	message := append([]byte{0x0a, 15}, "ada@example.com"...)
	return append(append(message, 0x10, 42, 0x1a, byte(len(text))), text...)
}

func all(connection *grpc.ClientConn, index int) {
	within, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	message, answer := content(index), []byte{}
	unary := func(method string, options ...grpc.CallOption) {
		err := connection.Invoke(within, method, &message, &answer, options...)
		if status.Code(err) != codes.InvalidArgument {
			fail(err)
		}
	}
	unary("/shop.Cart/Add")
	unary("/shop.Cart/Pack", grpc.UseCompressor(gzip.Name))
	stream(within, connection, "/shop.Cart/Watch", 1, message)
	stream(within, connection, "/shop.Cart/Send", 1+index%6, message)
	stream(within, connection, "/shop.Cart/Talk", 1+index%4, message)
	if index%10 == 0 {
		hang(connection, message)
	}
}

func stream(within context.Context, connection *grpc.ClientConn, method string, messages int, message []byte) {
	opened, err := connection.NewStream(within, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	fail(err)
	for sent := 0; sent < messages; sent++ {
		fail(opened.SendMsg(&message))
	}
	fail(opened.CloseSend())
	for {
		var answer []byte
		if err := opened.RecvMsg(&answer); err == io.EOF {
			return
		} else {
			fail(err)
		}
	}
}

// Answered once, and then taken back by the client.
func hang(connection *grpc.ClientConn, message []byte) {
	within, cancel := context.WithCancel(context.Background())
	opened, err := connection.NewStream(within, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/shop.Cart/Hang")
	fail(err)
	fail(opened.SendMsg(&message))
	var answer []byte
	fail(opened.RecvMsg(&answer))
	cancel()
}
