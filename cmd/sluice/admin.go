package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// probeTimeout bounds one probe; the kubelet's own default is one second.
const probeTimeout = 800 * time.Millisecond

// adminServer is the HTTP port for operators. What it says never holds text
// that was scanned.
type adminServer struct {
	sidecar  *sidecar
	listener net.Listener
	http     *http.Server
	conn     *grpc.ClientConn // to the sidecar's own socket
}

func newAdminServer(s *sidecar, c *Config) (*adminServer, error) {
	l, err := net.Listen("tcp", c.Admin.Address)
	if err != nil {
		return nil, fmt.Errorf("admin: %w", err)
	}
	network, address, err := splitListen(c.Listen)
	if err == nil && network == "unix" {
		address = "unix:" + address
	} else {
		address = "passthrough:///" + s.listener.Addr().String()
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("admin: %w", err)
	}
	a := &adminServer{sidecar: s, listener: l, conn: conn}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", a.probe(a.alive))
	mux.HandleFunc("GET /readyz", a.probe(a.ready))
	if c.Admin.Pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	a.http = &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	return a, nil
}

func (a *adminServer) serve() error {
	if err := a.http.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("admin: %w", err)
	}
	return nil
}

func (a *adminServer) close() {
	_ = a.http.Close()
	_ = a.listener.Close()
	_ = a.conn.Close()
}

// probe answers 200 or 503, with the reason.
func (a *adminServer) probe(check func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
		defer cancel()
		w.Header().Set("content-type", "text/plain; charset=utf-8")
		w.Header().Set("cache-control", "no-store")
		if err := check(ctx); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = fmt.Fprintf(w, "%v\n", err)
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	}
}

// alive asks over the socket, as Envoy does: a process that runs and does not
// answer there is of no use. While it drains it is alive all the same.
func (a *adminServer) alive(ctx context.Context) error {
	answer, err := a.health(ctx)
	if err != nil && a.sidecar.draining.Load() {
		return nil
	}
	if err == nil && answer != healthpb.HealthCheckResponse_SERVING && !a.sidecar.draining.Load() {
		err = fmt.Errorf("health: %s", answer)
	}
	return err
}

func (a *adminServer) ready(ctx context.Context) error {
	if a.sidecar.draining.Load() {
		return errors.New("draining")
	}
	answer, err := a.health(ctx)
	if err != nil {
		return err
	}
	if answer != healthpb.HealthCheckResponse_SERVING {
		return fmt.Errorf("health: %s", answer)
	}
	return a.sidecar.plugins.ping(ctx)
}

func (a *adminServer) health(ctx context.Context) (healthpb.HealthCheckResponse_ServingStatus, error) {
	answer, err := healthpb.NewHealthClient(a.conn).Check(ctx, &healthpb.HealthCheckRequest{})
	if err != nil {
		return 0, fmt.Errorf("health: %w", err)
	}
	return answer.GetStatus(), nil
}
