# Verifies the DKIM signature of the message on standard input by Mail::DKIM. The argument is the DNS record.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS;

package Records;
sub new { return bless {record => $_[1]}, $_[0] }
sub errorstring { return 'NOERROR' }

sub send {
    my ($self, $name, $type) = @_;
    my $packet = Net::DNS::Packet->new($name, $type);
    my @parts = $self->{record} =~ /(.{1,200})/gs;
    my $answer = Net::DNS::RR->new(name => $name, type => 'TXT', ttl => 60, txtdata => \@parts);
    $packet->push(answer => $answer) if $name =~ /\._domainkey\./;
    return $packet;
}

package main;
Mail::DKIM::DNS::resolver(Records->new($ARGV[0]));
my $verifier = Mail::DKIM::Verifier->new();
binmode STDIN;
local $/;
$verifier->PRINT(<STDIN>);
$verifier->CLOSE();
print $verifier->result eq 'pass' ? "valid\n" : 'refused: ' . $verifier->result_detail . "\n";
