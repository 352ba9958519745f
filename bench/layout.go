package bench

import (
	"errors"
	"fmt"

	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/sluice-dlp/sluice/envoy"
)

// Unguarded returns the same configuration of Envoy as envoy.Bootstrap, without
// the filter that asks the processor: what the others are compared with.
func Unguarded(o envoy.BootstrapOptions) ([]byte, error) {
	b, err := envoy.Bootstrap(o)
	if err != nil {
		return nil, err
	}
	for _, l := range b.GetStaticResources().GetListeners() {
		for _, chain := range l.GetFilterChains() {
			for _, filter := range chain.GetFilters() {
				manager := &hcmv3.HttpConnectionManager{}
				if err := filter.GetTypedConfig().UnmarshalTo(manager); err != nil {
					return nil, fmt.Errorf("unguarded: %w", err)
				}
				if len(manager.GetHttpFilters()) != 2 {
					return nil, errors.New("unguarded: expected the processor's filter and the router")
				}
				manager.HttpFilters = manager.GetHttpFilters()[1:]
				config, err := anypb.New(manager)
				if err != nil {
					return nil, fmt.Errorf("unguarded: %w", err)
				}
				filter.GetTypedConfig().Value = config.GetValue()
			}
		}
	}
	return envoy.YAML(b)
}
