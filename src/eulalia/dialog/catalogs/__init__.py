"""What Eulalia says in each language: gettext sources (.po) and what is compiled of them (.mo)."""
