package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
)

// expiresSoon is how long before its end an exception is warned of.
const expiresSoon = 14 * 24 * time.Hour

// exceptions are those of the rule files and of a policy, which may be nil.
func (c KeyConfig) exceptions(files []*rules.File, policy *rules.PolicyBlock, k rules.Known) ([]scanner.Exception, error) {
	key, err := c.hash()
	if err != nil {
		return nil, err
	}
	return rules.ExceptionsOf(files, policy, k, key)
}

func rulesHashCommand(std streams) *cobra.Command {
	var key KeyConfig
	cmd := &cobra.Command{
		Use:   "hash",
		Short: "Print the keyed hash of a value, for an exception",
		Long: `Read a value from standard input and print its keyed hash, to be written as the
value of an exception. One line break at the end is no part of the value. The key is
any text of 16 bytes or more; the sidecar must be given the same one, under hash_key
in sluice.yaml. A short value can be guessed by whoever has the key and the hash.`,
		Example: `  printf %s "$TOKEN" | sluice rules hash --hash-key-file hash.key`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			secret, err := key.hash()
			if err != nil {
				return err
			}
			if secret == nil {
				return fmt.Errorf("there is no key: name its file with --hash-key-file, or set %s", hashKeyVariable)
			}
			value, err := io.ReadAll(std.in)
			if err != nil {
				return err
			}
			text := strings.TrimSuffix(strings.TrimSuffix(string(value), "\n"), "\r")
			if text == "" {
				return fmt.Errorf("the value is empty: write it to standard input")
			}
			hash, err := rules.HashValue(secret, []byte(text))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(std.out, hash)
			return err
		},
	}
	hashKeyFlag(cmd, &key)
	return cmd
}

func hashKeyFlag(cmd *cobra.Command, key *KeyConfig) {
	cmd.Flags().StringVar(&key.KeyFile, "hash-key-file", "", "`file` with the key of values in exceptions (default the variable "+hashKeyVariable+")")
}

// exceptionMetrics counts exceptions when they are asked for: one expires without
// anything being reloaded.
type exceptionMetrics struct {
	list func() []scanner.Exception
	desc *prometheus.Desc
}

func newExceptionMetrics(list func() []scanner.Exception) *exceptionMetrics {
	return &exceptionMetrics{list, prometheus.NewDesc("sluice_exceptions", "Exceptions, by whether they hold or have expired.", []string{"state"}, nil)}
}

// Describe implements prometheus.Collector.
func (m *exceptionMetrics) Describe(out chan<- *prometheus.Desc) { out <- m.desc }

// Collect implements prometheus.Collector.
func (m *exceptionMetrics) Collect(out chan<- prometheus.Metric) {
	now := time.Now()
	var active, expired float64
	for _, e := range m.list() {
		if e.Expired(now) {
			expired++
		} else {
			active++
		}
	}
	out <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, active, "active")
	out <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, expired, "expired")
}
