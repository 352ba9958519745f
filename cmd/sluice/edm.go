package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner/match"
)

func edmCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "edm",
		Short: "Make files for exact data match",
		Long: `Make files for exact data match: the values of a table, such as customers, are
found in prompts although neither the file nor the sidecar holds them, only hashes
with a key.`,
		Example: `  sluice edm key > edm.key
  sluice edm build --key-file edm.key --columns name,email,customer_no customers.csv -o customers.edm`,
	}
	cmd.AddCommand(edmKeyCommand(std), edmBuildCommand(std))
	return cmd
}

func edmKeyCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "key",
		Short: "Print a new key",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var key [32]byte
			_, _ = rand.Read(key[:]) // never fails, as of Go 1.24
			_, err := fmt.Fprintln(std.out, hex.EncodeToString(key[:]))
			return err
		},
	}
}

func edmBuildCommand(std streams) *cobra.Command {
	var (
		key     KeyConfig
		columns []string
		out     string
		least   int
	)
	cmd := &cobra.Command{
		Use:   "build --columns NAMES -o FILE TABLE.csv|-",
		Short: "Hash the columns of a table with a key",
		Long: `Hash the columns of a table with a key. The table is CSV with heads, from a file or
from standard input (-); its separator is guessed. The file has no value of the table in it, but the names of the columns,
and how often a value repeats. It can be read with the key only.

A column of few possible values, such as postcodes or birthdays, is no secret from
those who have the key: they can try them all. Keep the key away from the file's
copies.`,
		Example: `  sluice edm build --key-file edm.key --columns name,email customers.csv -o customers.edm
  psql --csv -c 'select name, email from customers' | sluice edm build --key-file edm.key --columns name,email -o customers.edm -`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(columns) == 0 || out == "" {
				return errors.New("give --columns with the heads of those to look for, and -o with the file to write")
			}
			secret, err := key.edm()
			if err != nil {
				return err
			}
			if secret == nil {
				return fmt.Errorf("no key: give --key-file, or set %s; `sluice edm key` prints a new one", edmKeyVariable)
			}
			table, name := io.Reader(std.in), "standard input"
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer func() { _ = f.Close() }()
				table, name = f, args[0]
			}
			records, report, err := rules.BuildRecords(table, name, columns, least, secret)
			if err != nil {
				return err
			}
			if err := writeRecords(out, records, secret); err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.out, "%s: %d rows, %d values, %d too short and left out\n", out, report.Rows, report.Values, report.Short)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&key.KeyFile, "key-file", "", "`file` that holds the key, 16 bytes or more")
	f.StringVar(&key.KeyEnv, "key-env", "", "environment `variable` that holds it (default "+edmKeyVariable+")")
	f.StringSliceVar(&columns, "columns", nil, "`heads` of the columns to look for")
	f.StringVarP(&out, "output", "o", "", "`file` to write, for its owner only")
	f.IntVar(&least, "min-length", 4, "leave out values of fewer letters and digits")
	return cmd
}

// writeRecords replaces the file at once, so that nobody reads half of it.
func writeRecords(name string, records *match.Records, key []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = records.Write(f, key); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
