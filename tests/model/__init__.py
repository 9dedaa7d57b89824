"""The model checker: the server and the browser's client, whole, over a faulty link, in virtual time."""
