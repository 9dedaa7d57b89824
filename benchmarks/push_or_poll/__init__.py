"""Compares ways to bring a figure that changes into a page: polled, as data, and as a stream."""
