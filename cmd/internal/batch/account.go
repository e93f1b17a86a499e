package batch

import (
	"call-load-tester/pkg/cli"
	"call-load-tester/pkg/twilioapi"
	"call-load-tester/pkg/twiliosim"
)

// Account finds the credentials of the account to use and warns of what is
// wrong with their keeping. A simulated account needs none.
func Account(console *cli.Console, simulated bool, o Options) (cli.Credentials, []error) {
	if simulated {
		return cli.Credentials{}, nil
	}
	credentials, warnings, problems := cli.FindCredentials(o.SID, o.Token)
	for _, warning := range warnings {
		console.Warn(warning)
	}
	return credentials, problems
}

// Client returns a client of an account, and what closes it.
func Client(c cli.Credentials) (client *twilioapi.Client, closeClient func()) {
	client = twilioapi.New(twilioapi.Config{
		AccountSID: c.AccountSID,
		Username:   c.Username,
		Password:   c.Password,
		Edge:       c.Edge,
		Region:     c.Region,
	})
	return client, client.Close
}

// Simulated returns a client of a simulated account, and what closes both. It
// is a client like any other; only its connections lead nowhere.
func Simulated(account *twiliosim.Account) (client *twilioapi.Client, closeClient func()) {
	const anySID = "AC00000000000000000000000000000000"
	client = twilioapi.New(twilioapi.Config{
		AccountSID: anySID,
		Username:   anySID,
		Password:   "none",
		Transport:  account.Transport(),
	})
	return client, func() {
		client.Close()
		account.Close()
	}
}
