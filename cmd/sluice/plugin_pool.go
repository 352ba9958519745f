package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/sluice-dlp/sluice/plugins"
	"github.com/sluice-dlp/sluice/scanner"
)

// pluginPool keeps plugin processes over a reload, so that one whose entry in
// sluice.yaml did not change is not started anew.
type pluginPool struct {
	logger *slog.Logger

	mu   sync.Mutex
	open []openPlugin
}

type openPlugin struct {
	config PluginConfig
	client *plugins.Client
}

// open is the entry in the words of package plugins.
func (c PluginConfig) open(logger *slog.Logger) plugins.Config {
	env := make([]string, 0, len(c.Env))
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		env = append(env, name+"="+c.Env[name])
	}
	return plugins.Config{
		Name:    c.Name,
		Path:    c.Path,
		SHA256:  string(c.SHA256),
		Args:    c.Args,
		Env:     env,
		Timeout: c.Timeout,
		Logger:  logger,
	}
}

func sameEntry(config PluginConfig) func(openPlugin) bool {
	return func(p openPlugin) bool { return reflect.DeepEqual(p.config, config) }
}

// detectors starts the plugins that are not running yet and returns all that
// the configuration names. If one fails to start, those that were started for
// this call are stopped again.
func (p *pluginPool) detectors(ctx context.Context, c *Config) ([]scanner.Detector, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var (
		all     []scanner.Detector
		started []openPlugin
		errs    []error
	)
	for i, config := range c.Plugins {
		if at := slices.IndexFunc(p.open, sameEntry(config)); at >= 0 {
			all = append(all, p.open[at].client)
			continue
		}
		client, err := plugins.Open(ctx, config.open(p.logger))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: plugin %s: %w", c.source.at("plugins", i), config.Name, err))
			continue
		}
		started = append(started, openPlugin{config, client})
		all = append(all, client)
	}
	if len(errs) > 0 {
		for _, s := range started {
			s.client.Close()
		}
		return nil, errors.Join(errs...)
	}
	p.open = append(p.open, started...)
	return all, nil
}

// retire stops the plugins that are not among those wanted, after a time in
// which scans that began on an older configuration end.
func (p *pluginPool) retire(ctx context.Context, wanted []PluginConfig, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var keep, drop []openPlugin
	for _, o := range p.open {
		if slices.ContainsFunc(wanted, func(c PluginConfig) bool { return reflect.DeepEqual(c, o.config) }) {
			keep = append(keep, o)
		} else {
			drop = append(drop, o)
		}
	}
	p.open = keep
	if len(drop) == 0 {
		return
	}
	go func() {
		select {
		case <-ctx.Done():
		case <-time.After(after):
		}
		for _, o := range drop {
			o.client.Close()
		}
	}()
}

// ping asks every plugin whether it answers.
func (p *pluginPool) ping(ctx context.Context) error {
	p.mu.Lock()
	open := slices.Clone(p.open)
	p.mu.Unlock()
	errs := make([]error, len(open))
	var wg sync.WaitGroup
	for i, o := range open {
		wg.Go(func() {
			if err := o.client.Ping(ctx); err != nil {
				errs[i] = fmt.Errorf("plugin %s: %w", o.config.Name, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// close stops every plugin.
func (p *pluginPool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.open {
		o.client.Close()
	}
	p.open = nil
}
