// A TLS peer on Go's crypto/tls: `server|client key=value…`.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

var options = map[string]string{}

func main() {
	for _, pair := range os.Args[2:] {
		name, value, _ := strings.Cut(pair, "=")
		options[name] = value
	}
	if os.Args[1] == "server" {
		serve()
	} else {
		connectAll()
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func configuration() *tls.Config {
	version := uint16(tls.VersionTLS12)
	if options["version"] == "1.3" {
		version = tls.VersionTLS13
	}
	authority, err := os.ReadFile(options["ca"])
	check(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	config := &tls.Config{MinVersion: version, MaxVersion: version, RootCAs: pool, ClientCAs: pool}
	if options["cert"] != "" {
		pair, err := tls.LoadX509KeyPair(options["cert"], options["key"])
		check(err)
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}

func serve() {
	config := configuration()
	config.NextProtos = []string{"h2", "http/1.1"}
	config.ClientAuth = map[string]tls.ClientAuthType{
		"none": tls.NoClientCert, "request": tls.VerifyClientCertIfGiven, "require": tls.RequireAndVerifyClientCert,
	}[options["auth"]]
	listener, err := net.Listen("tcp", net.JoinHostPort(options["address"], options["port"]))
	check(err)
	for {
		plain, err := listener.Accept()
		check(err)
		go answer(tls.Server(plain, config), plain)
	}
}

func answer(secure *tls.Conn, plain net.Conn) {
	defer plain.Close()
	secure.SetDeadline(time.Now().Add(4 * time.Second))
	if err := secure.Handshake(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	state := secure.ConnectionState()
	line, _ := json.Marshal(map[string]any{
		"port": plain.RemoteAddr().(*net.TCPAddr).Port, "presented": len(state.PeerCertificates) > 0, "resumed": state.DidResume,
	})
	fmt.Println(string(line))
	request := make([]byte, 16384)
	length, err := secure.Read(request)
	if err != nil {
		return
	}
	if bytes.HasPrefix(request, []byte("PRI")) {
		// An HTTP/2 client may send its request a moment after the preface.
		time.Sleep(30 * time.Millisecond)
	}
	secure.Write(answerTo(request[:length]))
	secure.CloseWrite()
	secure.Read(request)
}

func answerTo(request []byte) []byte {
	length, _ := rand.Int(rand.Reader, big.NewInt(3000))
	body := make([]byte, length.Int64()+1)
	rand.Read(body)
	if !bytes.HasPrefix(request, []byte("PRI")) {
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", len(body))
		return append([]byte(head), body...)
	}
	return bytes.Join([][]byte{frame(4, 0, 0, nil), frame(1, 4, 1, []byte{0x88}), frame(0, 1, 1, body)}, nil)
}

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))[1:]
	return append(binary.BigEndian.AppendUint32(append(head, kind, flags), stream), payload...)
}

func connectAll() {
	config := configuration()
	config.ServerName = options["name"]
	config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	if options["alpn"] == "h2" {
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	connections, _ := strconv.Atoi(options["connections"])
	for at := 0; at < connections; at++ {
		if err := ask(config); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func ask(config *tls.Config) error {
	secure, err := tls.Dial("tcp", net.JoinHostPort(options["address"], options["port"]), config)
	if err != nil {
		return err
	}
	defer secure.Close()
	fmt.Printf("CLIENT {\"port\":%d,\"resumed\":%v}\n", secure.LocalAddr().(*net.TCPAddr).Port, secure.ConnectionState().DidResume)
	chosen := options["http1"]
	if secure.ConnectionState().NegotiatedProtocol == "h2" {
		chosen = options["http2"]
	}
	request, err := os.ReadFile(chosen)
	check(err)
	if _, err := secure.Write(request); err != nil {
		return err
	}
	part := make([]byte, 16384)
	secure.SetReadDeadline(time.Now().Add(4 * time.Second))
	for {
		length, err := secure.Read(part)
		os.Stdout.Write(part[:length])
		if err != nil {
			return nil
		}
		secure.SetReadDeadline(time.Now().Add(80 * time.Millisecond))
	}
}
