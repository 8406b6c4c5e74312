//go:build tools

// Package programs names the main package that the test cluster builds.
package programs

import _ "github.com/prometheus/alertmanager/cmd/amtool"
